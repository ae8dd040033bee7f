/* SPDX-License-Identifier: MIT */
/*
 * A container registry's answer to an Entra token: {"refresh_token": "..."}, or {"errors": [...]}
 * in the form of the distribution specification. Source: Azure/acr, docs/AAD-OAuth.md.
 */
#ifndef COMMON_ACQUIRE_REGISTRY_REGISTRY_ANSWER_H
#define COMMON_ACQUIRE_REGISTRY_REGISTRY_ANSWER_H

#include <stddef.h>
#include <stdint.h>

#include "common/acquire/http/http.h"
#include "common/entra/token.h"

/* Parses an answer of this registry with a status of HTTP and a body. now is this machine's time
 * and date the registry's, in Unix seconds; 0 if that is not known. The caller clears *ret_token
 * with token_clear. Fails with ERROR_REFUSED if the registry refused, registry_refused if that is
 * whose token it is (401, 403, or 400 with the code UNAUTHORIZED or DENIED), and with ERROR_NETWORK
 * if it has a fault or the answer is not that of a registry. */
bool registry_answer_parse(long status, const char *body, size_t length, const char *registry,
                           int64_t now, int64_t date, struct token *ret_token, struct error *error);

/* As registry_answer_parse, for a response that arrived just now. */
bool registry_answer_read(const struct http_response *response, const char *registry,
                          struct token *ret_token, struct error *error);

#endif
