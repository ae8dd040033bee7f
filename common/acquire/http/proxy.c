/* SPDX-License-Identifier: MIT */
#include "common/acquire/http/proxy.h"

#include <stddef.h>

#include "common/acquire/http/host_settings.h"
#include "common/base/array.h"
#include "common/base/environment.h"

const char *proxy_of_environment(void)
{
    static const char *const names[] = { "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY" };
    for (size_t i = 0; i < ARRAY_SIZE(names); i++)
        if (environment(names[i]) != NULL)
            return environment(names[i]);
    return NULL;
}

const char *proxy_url(void)
{
    const char *named = proxy_of_environment();
    const char *hosts = host_settings()->proxy;
    return named != NULL ? named : hosts != NULL ? hosts : "";
}
