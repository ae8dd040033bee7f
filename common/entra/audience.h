/* SPDX-License-Identifier: MIT */
/*
 * Whether a token is for the API that it was requested for.
 */
#ifndef COMMON_ENTRA_AUDIENCE_H
#define COMMON_ENTRA_AUDIENCE_H

#include <stdbool.h>

/* Whether a token with this audience (the claim aud) can be the answer to a request for this scope
 * (scope_check_single). A token of version 1 has the resource of the scope as it was requested; one
 * of version 2 has the client ID of the API, which is only known of Microsoft's own ("Access token
 * claims reference"). Of a scope without a resource, such as User.Read, the API is Microsoft Graph.
 */
bool audience_fits_scope(const char *audience, bool is_version_2, const char *scope);

#endif
