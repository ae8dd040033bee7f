/* SPDX-License-Identifier: MIT */
/*
 * URLs as far as they decide who may be given a token: scheme, host, port, path.
 *
 * libcurl's URL API would do, but a warm answer must not load libcurl (see module.h). So this is
 * the strict half of RFC 3986: what it takes, curl reads the same way (a unit test compares them),
 * and what two parsers could read differently is refused: user info, backslashes, control
 * characters, non-ASCII letters, octal or short IPv4 addresses, zone ids.
 *
 * A base URL may begin its host with "*.", for every host below a domain.
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
    char host[HOST_MAX + 1]; /* lower case; IPv6 in its brackets; "*." begins a pattern */
    uint16_t port;           /* the scheme's own where none is given */
    bool has_path;           /* false where the asker did not say (git without useHttpPath) */
    bool path_is_plain;      /* no dot segment, no encoded slash: a prefix of it means something */
    char path[URL_MAX + 1];  /* decoded, with its leading slash, without query and fragment */
};

/* Parses an absolute URL of length bytes, http or https. False with ERROR_USAGE. */
bool url_parse(const char *text, size_t length, struct url *url, struct error *error);

/* As url_parse, for a BaseUrl: the host may begin with "*.", and http is only for loopback. */
bool url_parse_base(const char *text, size_t length, struct url *url, struct error *error);

/* Makes a URL of what git tells of it: protocol ("https"), host ("example.com:8443") and path
 * (percent-decoded, without its leading slash; NULL where git does not tell it). False with
 * ERROR_USAGE. */
bool url_from_parts(const char *protocol, const char *host, const char *path, struct url *url,
                    struct error *error);

/* Whether the host is this machine: localhost, 127.0.0.0/8, [::1]. Only there may http be used. */
bool url_is_loopback(const struct url *url);

/* Whether the host is this machine, or an address that no router hands on to the internet: private
 * (10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, RFC 1918; fc00::/7, RFC 4193) or link-local
 * (169.254.0.0/16, fe80::/10). There the hosts of Azure serve the machines that they run. */
bool url_is_nearby(const struct url *url);

/* Where a request and its answer may go without TLS. */
enum url_clear {
    URL_CLEAR_LOOPBACK, /* within this machine (url_is_loopback) */
    URL_CLEAR_NEARBY,   /* also to the host that runs this machine (url_is_nearby) */
    URL_CLEAR_NEVER,
};

/* Whether url is base or lies below it: scheme, host and port equal, base's path a prefix of whole
 * segments. A URL whose path is not plain, or not known, lies below the root path only. */
bool url_is_below(const struct url *url, const struct url *base);

/* A URL, or what was meant to be one, as it may be shown: without user info, query and fragment, in
 * which people put secrets, and cut short. */
struct url_shown {
    char text[200];
};
struct url_shown url_shown(const char *text);

#endif
