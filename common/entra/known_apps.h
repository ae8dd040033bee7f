/* SPDX-License-Identifier: MIT */
/*
 * Microsoft's own applications, whose ids are the same in every tenant: APIs, and public clients
 * that any user can sign in with.
 *
 * Each id is written once, as a macro, so that constants can be made of it:
 *
 *     static const char scope[] = KNOWN_APP_AKS "/.default";
 *
 * The ids are those of Azure's public cloud. Other clouds have ids of their own for some of these
 * (Key Vault in Azure US Government), and the table is not complete, so an id that is not in it may
 * still be Microsoft's. Whether a token may go somewhere must not depend on it.
 */
#ifndef COMMON_ENTRA_KNOWN_APPS_H
#define COMMON_ENTRA_KNOWN_APPS_H

#include <stdbool.h>
#include <stddef.h>

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
#define KNOWN_APP_AZURE_CLI     "04b07795-8ddb-461a-bbee-02f9e1bf7b46"
#define KNOWN_APP_KUBELOGIN     "80faf920-1908-4b52-b5ef-a8e7bedfc67a"
#define KNOWN_APP_VISUAL_STUDIO "872cd9fa-d31f-45e0-9eab-6e460a02d1f1"

struct known_app {
    char id[37];    /* in lower case */
    bool is_client; /* a public client, not an API */
    bool in_family; /* the client shares its refresh tokens with the family of client ids (FOCI) */
};

/* The application with this id, in either case; NULL if the table does not have it. */
const struct known_app *known_app_find(const char *id);

/* Every application, *ret_count of them. */
const struct known_app *known_apps_all(size_t *ret_count);

#endif
