/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "common/tokens/request_trace.h"

#include <time.h>

#include "common/base/report.h"
#include "common/base/rfc3339.h"
#include "common/entra/id_shown.h"

void request_trace(const struct token_request *request)
{
    trace("request: a token for %s%s%s%s%s", request->api != NULL ? request->api : "",
          request->api != NULL ? ": " : "", request->scope,
          request->registry != NULL ? ", exchanged by " : "",
          request->registry != NULL ? request->registry : "");
    if (token_request_is_for_managed_identity(request))
        trace("identity: a managed identity");
    else
        trace("identity: %s %s, tenant %s, at %s",
              request->for_user ? "a user, by the client" : "the app", id_shown(request->client_id),
              request->tenant, request->instance);
}

void request_trace_stored(const struct token_request *request, const char *keyring,
                          const struct token *token)
{
    long long minutes = (long long)(token->expires_on - time(NULL)) / 60;
    if (trace_is_on())
        trace("keyring: %s has the token%s%s, until %s (%lld min)", keyring,
              request->username != NULL ? " of " : "",
              request->username != NULL ? request->username : "",
              rfc3339_format(token->expires_on).text, minutes);
}
