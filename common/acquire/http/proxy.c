/* SPDX-License-Identifier: MIT */
#include "common/acquire/http/proxy.h"

#include <stdio.h>
#include <string.h>

#include "common/base/array.h"
#include "common/base/environment.h"

const char *proxy_url(void)
{
    static const char *const names[] = { "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY" };
    for (size_t i = 0; i < ARRAY_SIZE(names); i++)
        if (environment(names[i]) != NULL)
            return environment(names[i]);
    return "";
}

/* Returns what follows the scheme. */
static const char *after_scheme(const char *url)
{
    const char *scheme = strstr(url, "://");
    return scheme != NULL ? scheme + strlen("://") : url;
}

struct slice proxy_userinfo(const char *url)
{
    const char *start = after_scheme(url), *end = strrchr(start, '@');
    return (struct slice){ start, end != NULL ? (size_t)(end - start) : 0 };
}

void proxy_copy_plain(const char *url, char *text, size_t size)
{
    const char *rest = after_scheme(url), *end = strrchr(rest, '@');
    snprintf(text, size, "%.*s%s", (int)(rest - url), url, end != NULL ? end + 1 : rest);
}
