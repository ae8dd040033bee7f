/* SPDX-License-Identifier: MIT */
#include "common/acquire/registry/registry_exchange.h"

#include <string.h>

#include "common/acquire/http/retry.h"
#include "common/acquire/registry/registry_answer.h"
#include "common/base/array.h"
#include "common/base/text.h"

/* What to do about failures of the network, which the error catalogue knows for an authority. */
static const struct {
    const char *code;
    const char *hint;
} hints[] = {
    { "name_not_resolved", "Check the name of the registry, the network, and this machine's DNS." },
    { "not_connected", "Check the name of the registry, the network and the firewall, and whether "
                       "a proxy is needed or wrong (https_proxy)." },
    { "proxy_refused", "Check the proxy that https_proxy or all_proxy names, and the user name and "
                       "password in it; no_proxy lists the hosts that need no proxy." },
    { "timed_out",
      "Check the network, and whether the firewall of the registry lets this machine in." },
    { "answer_too_long",
      "Check the name of the registry; a proxy or a captive portal may intercept the connection." },
    { "tls_failed",
      "Check the name of the registry; a proxy or a captive portal may intercept the connection." },
};

static bool explain_failure(struct error *error)
{
    for (size_t i = 0; i < ARRAY_SIZE(hints); i++)
        if (strcmp(error->code, hints[i].code) == 0)
            return error_hint(error, "%s", hints[i].hint);
    return false;
}

/* Without `tenant`, which may be left out: the access token names its own. */
bool registry_exchange(const char *registry, const struct secret *access_token, int64_t deadline,
                       struct token *ret_token, struct error *error)
{
    struct http_response response CLEANUP(http_response_clear) = { 0 };
    autofree char *url = text_format("https://%s/oauth2/exchange", registry);
    const struct http_field form[] = { { "grant_type", "access_token", false },
                                       { "service", registry, false },
                                       { "access_token", access_token->bytes, true },
                                       { NULL, NULL, false } };
    const struct http_field header[] = { { "Accept", "application/json", false },
                                         { NULL, NULL, false } };
    const struct http_request post = {
        .url = url, .clear = URL_CLEAR_NEVER, .form = form, .header = header, .post = true
    };
    if (!retry_send(&post, deadline, &response, error))
        return explain_failure(error);
    if (registry_answer_read(&response, registry, ret_token, error))
        return true;
    retry_set_back_off(&response, error);
    return false;
}
