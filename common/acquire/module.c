#include "common/acquire/acquire.h"

#include "common/acquire/client_secret.h"

static bool acquire(const struct token_request *request, int64_t deadline, struct token *token,
                    struct error *error)
{
    switch (request->credential.kind) {
    case CREDENTIAL_CLIENT_SECRET:
        return client_secret_acquire(request, deadline, token, error);
    case CREDENTIAL_NONE:
        break;
    }
    return error_set(error, ERROR_USAGE, "no client credential is configured");
}

MODULE_EXPORT const struct acquire_module entra_module = {
    .module = { ENTRA_VERSION },
    .acquire = acquire,
};
