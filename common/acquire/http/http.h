/* SPDX-License-Identifier: MIT */
/*
 * HTTP by libcurl: one request, one response of limited size. Redirects are not followed, and the
 * server's certificate is always verified.
 *
 *     const struct http_request get = { .url = url };
 *     struct http_response response CLEANUP(http_response_clear) = { 0 };
 *     if (!http_send(&get, deadline, &response, &error))
 *         return false;
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

/* A form field, a query parameter or a header. */
struct http_field {
    const char *name;  /* NULL ends a list */
    const char *value; /* UTF-8, not encoded; a form or query field is left out if this is NULL */
    bool secret;       /* it is replaced in what is shown of the response (redaction.h) */
};

struct http_request {
    const char *url;
    const char *url_name;            /* the variable that contains the URL, for messages; or NULL */
    enum url_clear clear;            /* whether the URL may be http */
    const struct http_field *query;  /* appended to the URL, form-encoded; may be NULL */
    const struct http_field *form;   /* body, application/x-www-form-urlencoded; may be NULL */
    const struct http_field *header; /* may be NULL */
    bool post;                       /* the method: POST, HEAD or, if neither is set, GET */
    bool head;
    bool local;                /* the server is this machine or its host: use no proxy */
    long connect_milliseconds; /* limit for connecting; 0 for none but the deadline */
    struct http_route *route;  /* receives the route of the request; may be NULL */
    const char *thumbprint;    /* SHA-1, in hex, of the only certificate to trust; or NULL */
};

/* The route of a request, as far as it got. Texts are cut to fit, and "" if not known. */
struct http_route {
    char address[64];     /* the peer's: the server's or the proxy's */
    bool by_proxy;        /* an HTTP proxy was used and answered CONNECT */
    int64_t certified_to; /* when the server's certificate expires, in Unix seconds; 0: not known */
    char issuer[256];     /* the issuer of that certificate */
};

struct http_response {
    long status;
    bool reached;        /* the connection was established */
    bool broken;         /* no response: the connection broke or was refused */
    int64_t retry_after; /* Retry-After in seconds, by the server's clock; 0 if there is none */
    int64_t date;        /* Date in Unix seconds, the server's clock; 0 if there is none */
    char www_authenticate[HTTP_HEADER_MAX]; /* all WWW-Authenticate fields, joined by commas */
    char resource_tenant[64];               /* X-VSS-ResourceTenant, or "" */

    /* The body, with asterisks in place of the secrets that were sent: for all that is shown. The
     * headers above are treated in the same way. */
    struct secret *body;

    /* The body as it came: for tokens and settings to be taken from it. Never for a message. */
    struct secret *unredacted;
};

/* Sends a request, through the proxy and with trust in the CAs that the environment or the host
 * tool (host_settings.h) names, and returns the response, whatever its status. The caller clears
 * *ret_response with http_response_clear, also on failure. Fails with ERROR_NETWORK if there is no
 * response or one that is longer than HTTP_BODY_MAX. Fails with ERROR_USAGE if the URL is invalid,
 * has user information or a fragment, or is http where that is not allowed; if a header's value
 * contains a control character; or if the trusted certificates or the host tool's settings cannot
 * be read. */
bool http_send(const struct http_request *request, int64_t deadline,
               struct http_response *ret_response, struct error *error);

/* Appends a query (which may be NULL), form-encoded, to a URL. The caller frees the result with
 * secret_free. */
struct secret *http_url(const char *url, const struct http_field *query);

void http_response_clear(struct http_response *response);

#endif
