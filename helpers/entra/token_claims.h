/* SPDX-License-Identifier: MIT */
/*
 * Predicts from an access token's claims whether an API will accept the token.
 */
#ifndef HELPERS_ENTRA_TOKEN_CLAIMS_H
#define HELPERS_ENTRA_TOKEN_CLAIMS_H

#include <stdbool.h>

#include "common/base/error.h"
#include "common/base/json.h"

/* Checks the audience and the roles of a token that was requested with this scope and will be sent
 * to this host (in lower case; NULL if it is not known). Returns true if nothing in the claims
 * speaks against it. Fails with ERROR_REFUSED and the code of the API's likely answer:
 * invalid_token (401), or Authorization_RequestDenied or no_app_roles (403).
 *
 * Sources: Microsoft, "Access tokens in the Microsoft identity platform"; "Daemon app that calls
 * web APIs - acquire a token", section "Troubleshooting". */
bool token_claims_check(const json_object *claims, const char *scope, const char *host,
                        struct error *error);

#endif
