/* SPDX-License-Identifier: MIT */
#include "tests/fuzz/curl_reading.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <string.h>
#include <strings.h>

#include "common/base/cleanup.h"

static void cleanup_handle(CURLU **handle)
{
    curl_url_cleanup(*handle);
}

static void cleanup_part(char **part)
{
    curl_free(*part);
}
#define auto_part CLEANUP(cleanup_part)

/* NULL if the URL has no such part. The caller frees it with curl_free. */
static char *part_of(CURLU *handle, CURLUPart which, unsigned flags)
{
    char *part = NULL;
    return curl_url_get(handle, which, &part, flags) == CURLUE_OK ? part : NULL;
}

/* An IPv6 address in brackets; curl writes it in its shortest form. */
static bool is_address(const char *host, struct in6_addr *address)
{
    char inside[INET6_ADDRSTRLEN] = "";
    size_t length = strlen(host);
    if (length < 3 || host[0] != '[' || length - 2 >= sizeof inside)
        return false;
    memcpy(inside, host + 1, length - 2);
    return inet_pton(AF_INET6, inside, address) == 1;
}

static bool same_host(const char *ours, const char *theirs)
{
    struct in6_addr our_address, their_address;
    if (is_address(ours, &our_address) && is_address(theirs, &their_address))
        return memcmp(&our_address, &their_address, sizeof our_address) == 0;
    return strcasecmp(ours, theirs) == 0;
}

static bool same_path(const char *ours, const char *theirs)
{
    int length = 0;
    char *decoded auto_part = curl_easy_unescape(NULL, theirs, 0, &length);
    return decoded != NULL && (size_t)length == strlen(ours) &&
           memcmp(ours, decoded, (size_t)length) == 0;
}

const char *curl_reads_otherwise(const char *text, const struct url *url)
{
    CURLU *handle CLEANUP(cleanup_handle) = curl_url();
    if (handle == NULL)
        return "curl has no memory";
    if (curl_url_set(handle, CURLUPART_URL, text, 0) != CURLUE_OK)
        return "curl refuses it";
    char *scheme auto_part = part_of(handle, CURLUPART_SCHEME, 0);
    char *user auto_part = part_of(handle, CURLUPART_USER, 0);
    char *password auto_part = part_of(handle, CURLUPART_PASSWORD, 0);
    char *zone auto_part = part_of(handle, CURLUPART_ZONEID, 0);
    char *host auto_part = part_of(handle, CURLUPART_HOST, 0);
    char *port auto_part = part_of(handle, CURLUPART_PORT, CURLU_DEFAULT_PORT);
    char *path auto_part = part_of(handle, CURLUPART_PATH, 0);

    if (scheme == NULL || strcasecmp(scheme, url->https ? "https" : "http") != 0)
        return "curl reads another scheme";
    if (user != NULL || password != NULL || zone != NULL)
        return "curl reads a user, a password or a zone";
    if (host == NULL || !same_host(url->host, host))
        return "curl reads another host";
    if (port == NULL || strtoul(port, NULL, 10) != url->port)
        return "curl reads another port";
    if (url->path_is_plain && (path == NULL || !same_path(url->path, path)))
        return "curl reads another path";
    return NULL;
}
