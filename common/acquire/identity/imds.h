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

#define IMDS_CONNECT_MILLISECONDS 1000

/* Whether IMDS answers at this URL within a second. The request lacks the header that IMDS
 * requires, so IMDS refuses it, while a server at that address outside Azure does something else.
 * DefaultAzureCredential does the same. url_name is the variable that contains the URL, for
 * messages, or NULL. */
bool imds_is_available(const char *url, const char *url_name, int64_t deadline);

/* Like http_send, but retries by the rules of IMDS. */
bool imds_send(const struct http_request *request, int64_t deadline,
               struct http_response *ret_response, struct error *error);

#endif
