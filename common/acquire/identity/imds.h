/* SPDX-License-Identifier: MIT */
/*
 * IMDS, the instance metadata service: what gives Azure's virtual machines their managed
 * identities' tokens, at an address that only the machine itself reaches.
 *
 * Source: Microsoft's "How to use managed identities for Azure resources on an Azure VM to acquire
 * an access token", section "Retry guidance"; "Azure Instance Metadata Service".
 */
#ifndef COMMON_ACQUIRE_IDENTITY_IMDS_H
#define COMMON_ACQUIRE_IDENTITY_IMDS_H

#include "common/acquire/http/http.h"
#include "common/entra/identity_source.h"

#define IMDS_CONNECT_MILLISECONDS 1000

/* Whether IMDS (its record) is at this URL (identity_source_url), found out within a second: asked
 * without the header that it wants, it refuses, and what is at that address outside Azure does
 * something else. DefaultAzureCredential looks in the same way. */
bool imds_is_here(const struct identity_source *imds, const char *url, int64_t deadline);

/* As http_send, asking again by IMDS' own rules. */
bool imds_send(const struct http_request *request, int64_t deadline, struct http_response *response,
               struct error *error);

#endif
