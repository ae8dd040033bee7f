/* SPDX-License-Identifier: MIT */
/*
 * The credential helper of Bazel, BuildBuddy and others: `curl-credential-entra get`.
 *
 *     stdin:   {"uri":"https://pkgs.dev.azure.com/contoso/..."}
 *     stdout:  {"headers":{"Authorization":["Bearer TOKEN"]},"expires":"2026-01-02T15:04:05Z"}
 *
 * Source: EngFlow's credential-helper-spec, and Bazel's --credential_helper.
 */
#ifndef HELPERS_CURL_BAZEL_H
#define HELPERS_CURL_BAZEL_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/error.h"
#include "common/base/json.h"
#include "common/base/options.h"
#include "common/base/secret.h"
#include "common/entra/token.h"

#define BAZEL_INPUT_MAX (64 * 1024)

/* Parses a request; other members are ignored. *ret_uri is in the result, which the caller releases
 * with json_object_put. Returns NULL with ERROR_USAGE if it is not an object with a uri. */
json_object *bazel_request_parse(const char *bytes, size_t length, const char **ret_uri,
                                 struct error *error);

/* The answer. Bazel keeps it until it expires: when a new token would be given. The caller frees it
 * with secret_free. */
struct secret *bazel_answer_format(const struct token *token);

/* Answers a request on stdin. A URI that is not ours is an error, as the specification has it. No
 * user is asked to sign in: Bazel waits for seconds only. Fails with any kind. */
bool bazel_get(const struct options *options, struct error *error);

#endif
