/* SPDX-License-Identifier: MIT */
/*
 * The redirect that ends a sign-in in the browser, as it arrives at the loopback listener: an HTTP
 * request with the authorization response in its body (OAuth 2.0 Form Post Response Mode). A pure
 * function on a buffer; anybody on this machine, and any page that a browser shows, can send it.
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

/* What is expected: which port it is sent to, and which sign-in it answers. */
struct redirect_expected {
    uint16_t port;
    const char *state;
};

/* The authority's answer: a code, or why there is none. */
struct redirect {
    struct secret *code; /* NULL: refused */
    char error[64];      /* access_denied, ... */
    char description[1024];
};

/* Reads a request, whole or not yet. Gives
 *     0    more bytes are needed
 *     200  it is the answer; the caller clears it
 *     4xx  it is none: the HTTP status that says why */
int redirect_parse(const char *bytes, size_t length, const struct redirect_expected *expected,
                   struct redirect *redirect);

void redirect_clear(struct redirect *redirect);
#define auto_redirect CLEANUP(redirect_clear)

#endif
