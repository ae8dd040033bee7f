/* SPDX-License-Identifier: MIT */
#include "common/acquire/registry/registry_exchange.h"

#include <string.h>

#include "common/acquire/http/retry.h"
#include "common/acquire/registry/registry_answer.h"
#include "common/base/text.h"

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
    if (!retry_send(&post, deadline, &response, error)) {
        if (strcmp(error->code, "name_not_resolved") == 0)
            error_hint(error, "Check the name of the registry, the network, and this machine's "
                              "DNS.");
        return false;
    }
    if (registry_answer_read(&response, registry, ret_token, error))
        return true;
    retry_set_back_off(&response, error);
    return false;
}
