/* SPDX-License-Identifier: MIT */
#include "common/base/network.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct network_source *network_source;

void network_settings_clear(struct network_settings *settings)
{
    free(settings->proxy);
    free(settings->proxy_method);
    free(settings->proxy_ca_file);
    free(settings->ca_file);
    free(settings->ca_folder);
    *settings = (struct network_settings){ 0 };
}

/* Returns what follows the scheme. */
static const char *after_scheme(const char *url)
{
    const char *scheme = strstr(url, "://");
    return scheme != NULL ? scheme + strlen("://") : url;
}

struct slice network_proxy_userinfo(const char *url)
{
    const char *start = after_scheme(url), *end = strrchr(start, '@');
    return (struct slice){ start, end != NULL ? (size_t)(end - start) : 0 };
}

void network_proxy_plain(const char *url, char *text, size_t size)
{
    const char *rest = after_scheme(url), *end = strrchr(rest, '@');
    snprintf(text, size, "%.*s%s", (int)(rest - url), url, end != NULL ? end + 1 : rest);
}
