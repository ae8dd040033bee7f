/* SPDX-License-Identifier: MIT */
/*
 * The authentication command of Go 1.24 and later: GOAUTH='curl-credential-entra --goauth'.
 *
 * Go runs it first with nothing, for credentials that are known beforehand, which is answered with
 * nothing; and then for a URL that was refused, with the server's answer on stdin:
 *
 *     HTTP/1.1 401 Unauthorized
 *     Www-Authenticate: Bearer authorization_uri=https://...
 *     (an empty line)
 *
 * What is printed are URLs, an empty line, headers for all below these URLs, and an empty line.
 *
 * Source: go help goauth; cmd/go/internal/auth.
 */
#ifndef HELPERS_CURL_GOAUTH_H
#define HELPERS_CURL_GOAUTH_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/error.h"
#include "common/base/options.h"

#define GOAUTH_INPUT_MAX (1024 * 1024)

/* The value of WWW-Authenticate in a server's answer; several are joined by commas. The caller
 * frees it. NULL if there is none, or if the text is no answer of a server. */
char *goauth_challenge(const char *bytes, size_t length);

/* Answers Go; url is NULL on its first call. A URL that is not ours is answered with nothing, so
 * that Go asks the next command. Fails with any kind. */
bool goauth_answer(const struct options *options, const char *url, struct error *error);

#endif
