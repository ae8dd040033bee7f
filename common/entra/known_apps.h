/* SPDX-License-Identifier: MIT */
/*
 * Microsoft's own applications that tokens are requested for or with. Their ids are the same in
 * every tenant of Azure's public cloud.
 *
 * Each id is written once, as a macro, so that constants can be made of it:
 *
 *     static const char scope[] = KNOWN_APP_AKS "/.default";
 *
 * This is not a list of all of Microsoft's applications, so nothing may be allowed because an id is
 * not in it.
 */
#ifndef COMMON_ENTRA_KNOWN_APPS_H
#define COMMON_ENTRA_KNOWN_APPS_H

#include <stdbool.h>

/* APIs. */
#define KNOWN_APP_AKS           "6dae42f8-4368-4678-94ff-3960e28e3630"
#define KNOWN_APP_AZURE_DEVOPS  "499b84ac-1321-427f-aa17-267ca6975798"
#define KNOWN_APP_AZURE_SQL     "022907d3-0f1b-48f7-badc-1ba6abab6d66"
#define KNOWN_APP_DATA_EXPLORER "2746ea77-4702-4b45-80ca-3c97e680e8b7"
#define KNOWN_APP_DATABRICKS    "2ff814a6-3304-4ab8-85cb-cd0e6f879c1d"
#define KNOWN_APP_DEFENDER      "fc780465-2017-40d4-a0c5-307022471b92" /* for Endpoint */
#define KNOWN_APP_GRAPH         "00000003-0000-0000-c000-000000000000"
#define KNOWN_APP_KEY_VAULT     "cfa8b339-82a2-471a-a3c9-0fc0be7a4093"
#define KNOWN_APP_LOG_ANALYTICS "ca7f3f0b-7d91-482c-8e09-c5d840d0eac5"
#define KNOWN_APP_OFFICE_365    "c5393580-f805-4401-95e8-94b7a6ef2fc2" /* Management */
#define KNOWN_APP_POSTGRESQL    "123cd850-d9df-40bd-94d5-c9f07b7fa203" /* MySQL too */
#define KNOWN_APP_RESOURCES     "797f4846-ba00-4fd7-ba43-dac1f8f63013" /* Resource Manager */
#define KNOWN_APP_STORAGE       "e406a681-f3d4-42a8-90b6-c2b029497af1"

/* Public clients. */
#define KNOWN_APP_AZURE_ARTIFACTS "d5a56ea4-7369-46b8-a538-c370805301bf" /* credential provider */
#define KNOWN_APP_AZURE_CLI       "04b07795-8ddb-461a-bbee-02f9e1bf7b46"
#define KNOWN_APP_KUBELOGIN       "80faf920-1908-4b52-b5ef-a8e7bedfc67a"
#define KNOWN_APP_VISUAL_STUDIO   "872cd9fa-d31f-45e0-9eab-6e460a02d1f1"

/* Whether the client, a GUID in either case, shares its refresh tokens with the family of client
 * ids (FOCI): each of them can use those of the others. */
bool known_app_is_in_family(const char *client_id);

/* Whether the client, a GUID in either case, is one of the public clients above. */
bool known_app_is_public_client(const char *client_id);

/* The name of such a client, for messages; NULL if it is none. */
const char *known_app_name(const char *client_id);

#endif
