/* SPDX-License-Identifier: MIT */
/*
 * URLs, as far as they decide who may receive a token: scheme, host, port and path.
 *
 * libcurl has a URL API, but a cached answer must not load libcurl (see module.h). So this is a
 * strict subset of RFC 3986. What it accepts, curl parses the same way (a unit test compares the
 * two), and what two parsers could read differently is refused: user info, backslashes, control
 * characters, non-ASCII letters, octal or short IPv4 addresses, zone IDs.
 *
 * The host of a base URL may begin with "*.", which stands for one label.
 */
#ifndef COMMON_ENTRA_URL_H
#define COMMON_ENTRA_URL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/error.h"

#define URL_MAX  8192
#define HOST_MAX 253 /* RFC 1035, 2.3.4, without the root's dot */

struct url {
    bool https;
    char host[HOST_MAX + 1]; /* lower case; IPv6 in brackets; a pattern begins with "*." */
    uint16_t port;           /* the scheme's default if none is given */
    bool has_path;           /* false if the path is unknown (git without useHttpPath) */
    bool path_is_plain;      /* all read its segments alike, so that prefixes are meaningful */
    bool has_encoded_slash;  /* the decoded path has more slashes than the URL's */
    char path[URL_MAX + 1];  /* decoded, with its leading slash, without query and fragment */
};

/* Parses an absolute http or https URL of length bytes. Fails with ERROR_USAGE. */
bool url_parse(const char *text, size_t length, struct url *ret_url, struct error *error);

/* As url_parse, for a BaseUrl: the host may begin with "*.", and http is accepted for loopback
 * only. */
bool url_parse_base(const char *text, size_t length, struct url *ret_url, struct error *error);

/* Makes a URL from the parts that git passes: protocol ("https"), host ("example.com:8443") and
 * path (percent-decoded, without its leading slash; NULL if git does not pass it). Fails with
 * ERROR_USAGE. */
bool url_from_parts(const char *protocol, const char *host, const char *path, struct url *ret_url,
                    struct error *error);

/* Whether the host is this machine: localhost, 127.0.0.0/8, [::1]. http is allowed only there. */
bool url_is_loopback(const struct url *url);

/* Whether the host is this machine, or an address that is not routed on the internet: private
 * (10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, RFC 1918; fc00::/7, RFC 4193) or link-local
 * (169.254.0.0/16, fe80::/10). Azure's hosts serve their machines from such addresses. */
bool url_is_nearby(const struct url *url);

/* Where a request and its answer may go without TLS. */
enum url_clear {
    URL_CLEAR_LOOPBACK, /* within this machine (url_is_loopback) */
    URL_CLEAR_NEARBY,   /* also to the host that runs this machine (url_is_nearby) */
    URL_CLEAR_NEVER,
};

/* Whether url is base or below it: scheme, host and port are equal, and base's path is a prefix of
 * whole segments. Where base has a path, that must be plain, and so must what url has after it: a
 * URL whose path is unknown is below the root path only. */
bool url_is_below(const struct url *url, const struct url *base);

/* Scheme, host and, unless it is the usual one, port of a URL: "https://example.com:8443". The
 * caller frees it. */
char *url_origin(const struct url *url);

/* The length of what is before the user info and host of a URL, or of a text that was meant as one:
 * up to the first "://", or 0 if there is none, or if a user info, a query or a fragment is before
 * it. */
size_t url_scheme_length(const char *text);

/* A URL, or a text that was meant as one, in a form that is safe to show: truncated, and without
 * user info, query and fragment, since people put secrets there. */
struct url_shown {
    char text[200];
};
struct url_shown url_shown(const char *text);

#endif
