/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "common/acquire/http/host_settings.h"

#include <stdlib.h>
#include <string.h>

#include "common/acquire/http/proxy.h"
#include "common/base/environment.h"
#include "common/base/report.h"

/* The answer for the last URL: while a user signs in, one URL is requested again and again. */
static char *last_url;
static struct network_settings last_found;

/* The part of it that the environment leaves to the host tool. */
static struct network_settings in_use;

static bool ask(const char *request_url, int64_t deadline, struct error *error)
{
    autofree char *url = strndup(request_url, strcspn(request_url, "?"));
    auto_network_settings struct network_settings found = { 0 };
    if (last_url != NULL && strcmp(url, last_url) == 0)
        return true;
    if (!network_source->find(url, deadline, &found, error))
        return false;
    network_settings_clear(&last_found);
    free(last_url);
    last_found = network_settings_steal(&found);
    last_url = steal(&url);
    return true;
}

static void trace_in_use(void)
{
    char proxy[300] = "none";
    if (in_use.proxy != NULL)
        network_proxy_plain(in_use.proxy, proxy, sizeof proxy);
    if (in_use.proxy != NULL || in_use.ca_file != NULL || in_use.ca_folder != NULL)
        trace("network: the host tool's configuration names the proxy %s, and the CAs of %s", proxy,
              in_use.ca_file != NULL     ? in_use.ca_file
              : in_use.ca_folder != NULL ? in_use.ca_folder
                                         : "the system");
}

bool host_settings_find(const struct http_request *request, int64_t deadline, struct error *error)
{
    bool has_proxy = proxy_of_environment() != NULL;
    bool has_cas = environment("CURL_CA_BUNDLE") != NULL || environment("SSL_CERT_FILE") != NULL;
    bool is_tls_proxy = has_proxy && strncmp(proxy_of_environment(), "https:", 6) == 0;
    in_use = (struct network_settings){ 0 };
    if (network_source == NULL || request->local || strncmp(request->url, "https://", 8) != 0 ||
        (has_proxy && has_cas && !is_tls_proxy))
        return true;
    if (!ask(request->url, deadline, error))
        return false;
    in_use = last_found;
    if (has_proxy)
        in_use.proxy = in_use.proxy_method = NULL;
    if (has_cas)
        in_use.ca_file = in_use.ca_folder = NULL;
    trace_in_use();
    return true;
}

const struct network_settings *host_settings(void)
{
    return &in_use;
}
