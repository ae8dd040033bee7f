/* SPDX-License-Identifier: MIT */
#include "common/entra/registry_token.h"

#include <strings.h>

#include "common/base/json.h"
#include "common/entra/jwt.h"
#include "common/entra/token.h"

bool registry_token_read(const char *text, size_t length, const char *registry,
                         int64_t *ret_expires_on, struct error *error)
{
    struct error unused;
    int64_t expires_on;
    if (length > TOKEN_LENGTH_MAX || !token_is_valid_text(text, length))
        return error_set(error, ERROR_OTHER, "it is too long or has invalid characters");
    auto_json_secret json_object *claims = jwt_claims(text, length, &unused);
    if (claims == NULL)
        return error_set(error, ERROR_OTHER, "it is not a JSON Web Token");
    const char *audience = json_string(claims, "aud");
    if (audience == NULL || strcasecmp(audience, registry) != 0)
        return error_set(error, ERROR_OTHER, "it is for another registry");
    if (!json_int64(claims, "exp", &expires_on) || expires_on <= 0)
        return error_set(error, ERROR_OTHER, "it does not say when it ends");
    *ret_expires_on = expires_on;
    return true;
}
