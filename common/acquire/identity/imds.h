/* SPDX-License-Identifier: MIT */
/*
 * IMDS, the Instance Metadata Service: it gives Azure's virtual machines the tokens of their
 * managed identities, at an address that only the machine itself can reach.
 *
 * Source: Microsoft's "How to use managed identities for Azure resources on an Azure VM to acquire
 * an access token", section "Retry guidance"; "Azure Instance Metadata Service".
 */
#ifndef COMMON_ACQUIRE_IDENTITY_IMDS_H
#define COMMON_ACQUIRE_IDENTITY_IMDS_H

#include "common/acquire/http/http.h"
#include "common/entra/identity_source.h"

#define IMDS_CONNECT_MILLISECONDS 1000

/* Whether IMDS, whose record is given, answers at this URL (identity_source_url). The request lacks
 * the header that IMDS requires, so IMDS refuses it, while a server at that address outside Azure
 * does something else. DefaultAzureCredential does the same. Connecting may take a second, since
 * nobody is there on most machines; a busy machine's IMDS may take seconds to answer
 * (azure-sdk-for-net#20609). Fails with ERROR_NETWORK: timed_out, if somebody is there who does not
 * answer in time. */
bool imds_is_available(const struct identity_source *imds, const char *url, int64_t deadline,
                       struct error *error);

/* Like http_send, but retries by the rules of IMDS. */
bool imds_send(const struct http_request *request, int64_t deadline,
               struct http_response *ret_response, struct error *error);

#endif
