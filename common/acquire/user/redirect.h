/* SPDX-License-Identifier: MIT */
/*
 * The redirect that ends a sign-in in the browser, as the loopback listener receives it: an HTTP
 * request with the authorization response in its body (OAuth 2.0 Form Post Response Mode). It is
 * parsed by a pure function on a buffer, as untrusted input: any process of this machine and any
 * page in the browser can send it.
 *
 *     POST / HTTP/1.1
 *     Host: localhost:40123
 *     Content-Type: application/x-www-form-urlencoded
 *     Content-Length: 1534
 *
 *     code=...&state=...
 */
#ifndef COMMON_ACQUIRE_USER_REDIRECT_H
#define COMMON_ACQUIRE_USER_REDIRECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/error.h"
#include "common/base/secret.h"

#define REDIRECT_HEAD_MAX (16 * 1024)
#define REDIRECT_BODY_MAX (32 * 1024)
#define REDIRECT_MAX      (REDIRECT_HEAD_MAX + REDIRECT_BODY_MAX)

/* What the request must match: our port and the state of our sign-in. */
struct redirect_expected {
    uint16_t port;
    const char *state;
};

/* The authority's response: a code or an error. */
struct redirect {
    struct secret *code; /* NULL if the authority refused */
    char error[64];      /* access_denied, ... */
    char description[1024];
};

/* Parses a request that may not be complete yet. Returns
 *     0    if more bytes are needed
 *     200  if it is the response; the caller clears *ret_redirect with redirect_clear
 *     4xx  if it is not, an HTTP status that says why. */
int redirect_parse(const char *bytes, size_t length, const struct redirect_expected *expected,
                   struct redirect *ret_redirect);

void redirect_clear(struct redirect *redirect);
#define auto_redirect CLEANUP(redirect_clear)

#endif
