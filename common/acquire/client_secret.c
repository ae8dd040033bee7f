#include "common/acquire/client_secret.h"

#include "common/acquire/token_endpoint.h"

bool client_secret_acquire(const struct token_request *request, int64_t deadline,
                           struct token *token, struct error *error)
{
    const struct http_field fields[] = {
        { "grant_type", "client_credentials", false },
        { "client_id", request->client_id, false },
        { "client_secret", request->credential.client_secret->bytes, true },
        { "scope", request->scope, false },
        { "claims", request->claims, false },
        { NULL, NULL, false },
    };
    return token_endpoint_post(request, fields, deadline, token, error);
}
