/* SPDX-License-Identifier: MIT */
/*
 * What the endpoint of `entra run` answers, as bytes for the HTTP server (endpoint.h).
 *
 *     {"access_token":"..","client_id":"..","resource":"..","token_type":"Bearer",
 *      "expires_in":"3599","expires_on":"1767366245"}
 *
 * All are texts, and expires_on comes last: Rust's SDK takes nothing else, and .NET's takes the
 * later of the two times. An error is App Service's, {"statusCode":401,"message":".."}, which SDKs
 * show; MSAL.NET shows the correlationId too.
 */
#ifndef HELPERS_ENTRA_RUN_IDENTITY_ANSWER_H
#define HELPERS_ENTRA_RUN_IDENTITY_ANSWER_H

#include "common/base/secret.h"
#include "helpers/entra/run/run_token.h"

/* An answer with this token, for the resource as it was asked for. now: Unix seconds. The caller
 * frees the result, and that of the functions below. */
struct secret *identity_answer_token(const struct run_token *token, const char *resource,
                                     int64_t now);

/* An answer with this error. The status is chosen by its kind: SDKs take 400, 401 and 403 for final
 * and try again after 429, 500 and 503. */
struct secret *identity_answer_error(const struct error *error);

/* The same with another status of HTTP. */
struct secret *identity_answer_refusal(int status, const struct error *error);

#endif
