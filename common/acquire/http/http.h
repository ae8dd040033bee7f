/* SPDX-License-Identifier: MIT */
/*
 * HTTP for authorities: one request, one bounded answer, by libcurl. Redirects are not followed;
 * certificates are always checked.
 */
#ifndef COMMON_ACQUIRE_HTTP_HTTP_H
#define COMMON_ACQUIRE_HTTP_HTTP_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/error.h"
#include "common/base/secret.h"
#include "common/entra/url.h"

#define HTTP_BODY_MAX   (256 * 1024)
#define HTTP_HEADER_MAX 4096

/* A field of a form or a query, or a header. */
struct http_field {
    const char *name;  /* NULL ends a list */
    const char *value; /* UTF-8, not encoded; NULL: the field is left out */
    bool secret;
};

struct http_request {
    const char *url;
    const char *url_name;            /* the variable that gave it, for messages; NULL: none did */
    enum url_clear clear;            /* whether the URL may be http */
    const struct http_field *query;  /* appended to the URL, form-encoded; NULL: none */
    const struct http_field *form;   /* the body, application/x-www-form-urlencoded; NULL: none */
    const struct http_field *header; /* NULL: none */
    bool post;                       /* else GET, or HEAD */
    bool head;
    bool local;                /* a service of this machine or its host: no proxy */
    long connect_milliseconds; /* how long connecting may take; 0: until the deadline */
    struct http_route *route;  /* gets the way that it took; NULL: nobody wants to know */
    const char *thumbprint;    /* SHA-1 of the only certificate that is trusted, in hex */
};

/* The way that a request took, as far as it came. The texts are cut to fit; "": not known. */
struct http_route {
    char address[64];     /* the peer's: the server's, or the proxy's */
    bool by_proxy;        /* through an HTTP proxy's CONNECT, which it answered */
    int64_t certified_to; /* when the server's certificate ends, in Unix seconds; 0: not known */
    char issuer[256];     /* who issued it */
};

struct http_response {
    long status;
    bool reached;        /* somebody was there: the connection was made */
    bool broken;         /* no answer came, since the connection broke or was refused */
    int64_t retry_after; /* seconds, by the server's clock; 0: the answer has no Retry-After */
    int64_t date;        /* Unix seconds, by the server's clock; 0: it does not say */
    char www_authenticate[HTTP_HEADER_MAX]; /* all such fields, with commas between them */
    char resource_tenant[64];               /* X-VSS-ResourceTenant; "" */
    struct secret *body;
};

/* Sends the request and takes the answer, whatever its status; clear it with http_response_clear.
 * False with ERROR_NETWORK where none came, or too long a one; with ERROR_USAGE where the URL is
 * none, or not one to which this may be sent (user info, http to where it must not go), or where a
 * header's value would break its line. */
bool http_send(const struct http_request *request, int64_t deadline, struct http_response *response,
               struct error *error);

/* A URL with a query appended, form-encoded (NULL: none). NULL if there is no memory. */
struct secret *http_url(const char *url, const struct http_field *query);

/* A value as it is sent in a form. NULL if there is no memory. */
struct secret *http_escape(const char *value);

void http_response_clear(struct http_response *response);

#endif
