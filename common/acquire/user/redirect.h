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
 *
 * The browser is started with another request, which the listener answers with the address of the
 * authority's page:
 *
 *     GET /Qm9... HTTP/1.1
 *     Host: localhost:40123
 */
#ifndef COMMON_ACQUIRE_USER_REDIRECT_H
#define COMMON_ACQUIRE_USER_REDIRECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/acquire/http/http.h"
#include "common/base/error.h"
#include "common/base/secret.h"

#define REDIRECT_HEAD_MAX (16 * 1024)
#define REDIRECT_BODY_MAX (32 * 1024)
#define REDIRECT_MAX      (REDIRECT_HEAD_MAX + REDIRECT_BODY_MAX)

/* What a request must match. */
struct redirect_expected {
    uint16_t port;
    const char *state;             /* of our sign-in */
    const char *start;             /* the path with which the browser is started; NULL: it is not */
    const struct http_field *sent; /* the secrets of the authority's page, which may echo them */
    bool start_is_used;            /* the browser has come */
};

/* The authority's response: a code or an error. */
struct redirect {
    struct secret *code; /* NULL if the authority refused */
    char error[64];      /* access_denied, ... */
    char description[1024];
};

/* Parses a request that may not be complete yet. Returns
 *     REDIRECT_MORE    if more bytes are needed
 *     REDIRECT_ANSWER  if it is the response; the caller clears *ret_redirect with redirect_clear
 *     REDIRECT_START   if it is the browser's first request
 *     4xx              if it is neither, an HTTP status that says why; among them
 *     REDIRECT_OTHER_SIGN_IN  if it has another state
 *     REDIRECT_START_USED     if the browser has sent that request before. */
enum {
    REDIRECT_MORE = 0,
    REDIRECT_ANSWER = 200,
    REDIRECT_START = 302,
    REDIRECT_OTHER_SIGN_IN = 409,
    REDIRECT_START_USED = 410,
};
int redirect_parse(const char *bytes, size_t length, const struct redirect_expected *expected,
                   struct redirect *ret_redirect);

void redirect_clear(struct redirect *redirect);
#define auto_redirect CLEANUP(redirect_clear)

#endif
