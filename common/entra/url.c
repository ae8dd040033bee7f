/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "common/entra/url.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "common/base/text.h"
#include "common/entra/url_segment.h"

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Removes and returns the part of rest before the first of the delimiters. */
static struct slice take_until(struct slice *rest, const char *delimiters)
{
    struct slice taken = { rest->bytes, 0 };
    while (taken.length < rest->length && strchr(delimiters, rest->bytes[taken.length]) == NULL)
        taken.length++;
    rest->bytes += taken.length;
    rest->length -= taken.length;
    return taken;
}

static bool parse_scheme(struct slice scheme, struct url *url, struct error *error)
{
    if (scheme.length == 5 && strncasecmp(scheme.bytes, "https", 5) == 0)
        url->https = true;
    else if (scheme.length == 4 && strncasecmp(scheme.bytes, "http", 4) == 0)
        url->https = false;
    else
        return error_set(error, ERROR_USAGE, "the URL does not begin with https://");
    return true;
}

/* A dotted quad of plain decimals, as inet_pton reads it; not 127.1 or 0x7f.0.0.1. */
static bool is_ipv4(const char *host)
{
    struct in_addr address;
    return inet_pton(AF_INET, host, &address) == 1;
}

/* Whether the host is a name of letters, digits, hyphens and underscores. Some parsers take a name
 * whose last label is a number for an IPv4 address (WHATWG URL, 3.5), so such a name must be a
 * dotted quad. */
static bool is_name(const char *host)
{
    const char *label = host;
    for (const char *p = host;; p++) {
        if (*p == '.' || *p == '\0') {
            if (p == label || p - label > 63)
                return false;
            if (*p == '\0')
                return !is_digit(*label) || is_ipv4(host);
            label = p + 1;
        } else if (!is_letter(*p) && !is_digit(*p) && *p != '-' && *p != '_') {
            return false;
        }
    }
}

static bool is_ipv6(const char *host)
{
    char address[INET6_ADDRSTRLEN];
    struct in6_addr parsed;
    size_t length = strlen(host);
    if (length < 2 || length - 2 >= sizeof address || host[0] != '[' || host[length - 1] != ']')
        return false;
    memcpy(address, host + 1, length - 2);
    address[length - 2] = '\0';
    return inet_pton(AF_INET6, address, &parsed) == 1;
}

static bool parse_host(struct slice host, bool wildcard, struct url *url, struct error *error)
{
    if (host.length == 0 || host.length > HOST_MAX || memchr(host.bytes, '\0', host.length) != NULL)
        return error_set(error, ERROR_USAGE, "the URL has no usable host");
    for (size_t i = 0; i < host.length; i++)
        url->host[i] = text_lower_char(host.bytes[i]);
    url->host[host.length] = '\0';

    if (wildcard && strncmp(url->host, "*.", 2) == 0) {
        if (is_name(url->host + 2) && strchr(url->host + 2, '.') != NULL && !is_ipv4(url->host + 2))
            return true;
    } else if (is_ipv6(url->host) || is_name(url->host)) {
        return true;
    }
    return error_set(error, ERROR_USAGE, "'%s' is not a usable host name", url->host);
}

static bool parse_port(struct slice port, struct url *url, struct error *error)
{
    unsigned value = 0;
    bool ok = port.length >= 1 && port.length <= 5 && port.bytes[0] != '0';
    for (size_t i = 0; ok && i < port.length; i++) {
        ok = is_digit(port.bytes[i]);
        value = value * 10 + (unsigned)(port.bytes[i] - '0');
    }
    if (!ok || value > UINT16_MAX)
        return error_set(error, ERROR_USAGE, "the URL's port is not a number from 1 to 65535");
    url->port = (uint16_t)value;
    return true;
}

/* Parses host[:port]. The colons of an IPv6 address are in brackets. */
static bool parse_authority(struct slice authority, bool wildcard, struct url *url,
                            struct error *error)
{
    struct slice rest = authority;
    struct slice host = { authority.bytes, 0 };
    if (rest.length > 0 && rest.bytes[0] == '[') {
        take_until(&rest, "]");
        if (rest.length == 0)
            return error_set(error, ERROR_USAGE, "the URL's host has no closing bracket");
        rest.bytes++;
        rest.length--;
    } else {
        take_until(&rest, ":");
    }
    host.length = authority.length - rest.length;

    if (!parse_host(host, wildcard, url, error))
        return false;
    url->port = url->https ? 443 : 80;
    if (rest.length == 0)
        return true;
    if (rest.bytes[0] != ':')
        return error_set(error, ERROR_USAGE, "the URL's host has text after its closing bracket");
    return parse_port((struct slice){ rest.bytes + 1, rest.length - 1 }, url, error);
}

static bool path_is_plain(const char *path, bool is_of_base)
{
    for (const char *segment = path; *segment == '/';) {
        size_t length = strcspn(++segment, "/");
        if (!url_segment_is_plain(segment, length, is_of_base))
            return false;
        segment += length;
    }
    return true;
}

/* Copies a path into url; decodes %XX if encoded is set. */
static bool parse_path(struct slice path, bool encoded, bool is_of_base, struct url *url,
                       struct error *error)
{
    size_t length = 0;
    url->has_encoded_slash = false;
    if (path.length == 0 || path.bytes[0] != '/')
        url->path[length++] = '/';
    for (size_t i = 0; i < path.length; i++) {
        unsigned char c = (unsigned char)path.bytes[i];
        if (encoded && c == '%') {
            int high = i + 2 < path.length ? text_hex_value(path.bytes[i + 1]) : -1;
            int low = i + 2 < path.length ? text_hex_value(path.bytes[i + 2]) : -1;
            if (high < 0 || low < 0)
                return error_set(error, ERROR_USAGE, "the URL has an invalid %%-escape");
            c = (unsigned char)(high * 16 + low);
            i += 2;
            url->has_encoded_slash = url->has_encoded_slash || c == '/';
        }
        if (c == '\0')
            return error_set(error, ERROR_USAGE, "the path of the URL contains a NUL byte");
        if (length >= URL_MAX)
            return error_set(error, ERROR_USAGE, "the URL is longer than %d bytes", URL_MAX);
        url->path[length++] = (char)c;
    }
    url->path[length] = '\0';
    url->has_path = true;
    url->path_is_plain = !url->has_encoded_slash && path_is_plain(url->path, is_of_base);
    return true;
}

static bool parse_url(const char *text, size_t length, bool is_base, struct url *url,
                      struct error *error)
{
    struct slice rest = { text, length };
    if (length > URL_MAX)
        return error_set(error, ERROR_USAGE, "the URL is longer than %d bytes", URL_MAX);
    for (size_t i = 0; i < length; i++) {
        if (text[i] <= ' ' || text[i] > '~' || strchr("\"<>\\^`", text[i]) != NULL)
            return error_set(error, ERROR_USAGE, "the URL has an invalid character at position %zu",
                             i + 1);
    }
    if (!parse_scheme(take_until(&rest, ":"), url, error))
        return false;
    if (rest.length < 3 || memcmp(rest.bytes, "://", 3) != 0)
        return error_set(error, ERROR_USAGE, "the URL has no // after its scheme");
    rest.bytes += 3;
    rest.length -= 3;

    struct slice authority = take_until(&rest, "/?#");
    if (memchr(authority.bytes, '@', authority.length) != NULL)
        return error_set(error, ERROR_USAGE, "the URL contains a user name");
    return parse_authority(authority, is_base, url, error) &&
           parse_path(take_until(&rest, "?#"), true, is_base, url, error);
}

bool url_parse(const char *text, size_t length, struct url *ret_url, struct error *error)
{
    return parse_url(text, length, false, ret_url, error);
}

bool url_parse_base(const char *text, size_t length, struct url *ret_url, struct error *error)
{
    if (!parse_url(text, length, true, ret_url, error))
        return false;
    if (!ret_url->https && !url_is_loopback(ret_url))
        return error_set(error, ERROR_USAGE, "tokens are not sent over http: use https");
    return true;
}

bool url_from_parts(const char *protocol, const char *host, const char *path, struct url *ret_url,
                    struct error *error)
{
    if (!parse_scheme((struct slice){ protocol, strlen(protocol) }, ret_url, error) ||
        !parse_authority((struct slice){ host, strlen(host) }, false, ret_url, error))
        return false;
    if (path != NULL)
        return parse_path((struct slice){ path, strlen(path) }, false, false, ret_url, error);
    ret_url->has_path = false;
    ret_url->has_encoded_slash = false;
    ret_url->path_is_plain = false;
    ret_url->path[0] = '\0';
    return true;
}

bool url_is_loopback(const struct url *url)
{
    return strcmp(url->host, "localhost") == 0 || strcmp(url->host, "[::1]") == 0 ||
           (strncmp(url->host, "127.", 4) == 0 && is_ipv4(url->host));
}

static bool is_nearby_ipv4(const char *host)
{
    struct in_addr address;
    if (inet_pton(AF_INET, host, &address) != 1)
        return false;
    uint32_t bits = ntohl(address.s_addr);
    return bits >> 24 == 10 || bits >> 20 == 0xac1 || bits >> 16 == 0xc0a8 || bits >> 16 == 0xa9fe;
}

bool url_is_nearby(const struct url *url)
{
    /* fc00::/7 and fe80::/10; url_parse has checked the form. */
    bool ipv6 = url->host[0] == '[' && strchr(url->host + 1, ':') - url->host == 5 &&
                (strncmp(url->host, "[fc", 3) == 0 || strncmp(url->host, "[fd", 3) == 0 ||
                 (strncmp(url->host, "[fe", 3) == 0 && strchr("89ab", url->host[3]) != NULL));
    return url_is_loopback(url) || is_nearby_ipv4(url->host) || ipv6;
}

/* The asterisk stands for one label. */
static bool host_matches(const char *host, const char *pattern)
{
    if (strncmp(pattern, "*.", 2) != 0)
        return strcmp(host, pattern) == 0;
    const char *domain = strchr(host, '.');
    return domain != NULL && domain > host && strcmp(domain, pattern + 1) == 0;
}

bool url_is_below(const struct url *url, const struct url *base)
{
    if (url->https != base->https || url->port != base->port ||
        !host_matches(url->host, base->host))
        return false;

    size_t length = strlen(base->path);
    if (length > 0 && base->path[length - 1] == '/')
        length--;
    if (length == 0)
        return true;
    return base->path_is_plain && !url->has_encoded_slash &&
           strncmp(url->path, base->path, length) == 0 &&
           (url->path[length] == '/' || url->path[length] == '\0') &&
           path_is_plain(url->path + length, false);
}

char *url_origin(const struct url *url)
{
    char port[8] = "";
    if (url->port != (url->https ? 443 : 80))
        snprintf(port, sizeof port, ":%u", url->port);
    return text_format("%s://%s%s", url->https ? "https" : "http", url->host, port);
}

/* A question mark or a hash sign before a user info's end is one of a password that lacks its
 * escape: what seems to be a host then has a port that is not a number, or no path after it. */
static size_t cut_password(const char *text, size_t length)
{
    const char *colon = memchr(text, ':', length);
    if (colon == NULL || strchr(text + length, '@') == NULL)
        return length;
    const char *end = colon + 1 + strspn(colon + 1, "0123456789");
    return *end == '/' ? length : (size_t)(colon - text);
}

size_t url_scheme_length(const char *text)
{
    const char *mark = strstr(text, "://");
    bool is_scheme = mark != NULL && strcspn(text, "@?#") > (size_t)(mark - text);
    return is_scheme ? (size_t)(mark - text) + strlen("://") : 0;
}

struct url_shown url_shown(const char *text)
{
    struct url_shown shown = { "" };
    size_t scheme = url_scheme_length(text);
    size_t length = scheme + strcspn(text + scheme, "?#");
    const char *at = memrchr(text + scheme, '@', length - scheme);
    size_t left_out = at != NULL ? (size_t)(at - text) + 1 : scheme;
    if (at == NULL)
        length = scheme + cut_password(text + scheme, length - scheme);
    snprintf(shown.text, sizeof shown.text, "%.*s%.*s", (int)scheme, text, (int)(length - left_out),
             text + left_out);
    return shown;
}
