/* SPDX-License-Identifier: MIT */
/*
 * What a token's claims say of its fate: the API that they are shown to looks at these first.
 */
#ifndef HELPERS_ENTRA_TOKEN_CLAIMS_H
#define HELPERS_ENTRA_TOKEN_CLAIMS_H

#include <stdbool.h>

#include "common/base/error.h"
#include "common/base/json.h"

/* Whether an API will take a token with these claims, as far as they tell, that was asked for with
 * this scope and is meant for this host (lower case; NULL: not known). False with ERROR_REFUSED, of
 * the kind that the API would give: invalid_token (401), or Authorization_RequestDenied and
 * no_app_roles (403). Source: Microsoft, "Access tokens in the Microsoft identity platform", and
 * the troubleshooting of "Daemon app that calls web APIs - acquire a token". */
bool token_claims_check(const json_object *claims, const char *scope, const char *host,
                        struct error *error);

#endif
