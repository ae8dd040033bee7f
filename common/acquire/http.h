/*
 * HTTP for authorities: one request, one bounded answer, by libcurl. https only, but for loopback;
 * redirects are not followed; certificates are always checked.
 */
#ifndef COMMON_ACQUIRE_HTTP_H
#define COMMON_ACQUIRE_HTTP_H

#include <stdbool.h>
#include <stdint.h>

#include "common/error.h"
#include "common/secret.h"

#define HTTP_BODY_MAX (256 * 1024)

struct http_field {
    const char *name;  /* NULL ends a list */
    const char *value; /* UTF-8, not encoded; NULL: the field is left out */
    bool secret;
};

struct http_response {
    long status;
    int64_t retry_after; /* seconds; 0: the answer has no Retry-After */
    struct secret *body;
};

/* Posts the fields as application/x-www-form-urlencoded and takes the answer, whatever its status;
 * clear it with http_response_clear. False with ERROR_NETWORK where none came, or too long a one.
 */
bool http_post_form(const char *url, const struct http_field *fields, int64_t deadline,
                    struct http_response *response, struct error *error);

/* A value as it is sent in a form. NULL if there is no memory. */
struct secret *http_escape(const char *value);

void http_response_clear(struct http_response *response);

#endif
