/* SPDX-License-Identifier: MIT */
/*
 * Scopes: what is asked of an API. An app asks for R/.default, where R is the resource's
 * identifier.
 *
 * Entra takes the audience to be everything before the scope's last slash. A resource whose
 * identifier itself ends in a slash therefore keeps it: https://database.windows.net/ is asked for
 * as https://database.windows.net//.default (Microsoft's page "Daemon app that calls web APIs -
 * acquire a token", section "Azure AD (v1.0) resources").
 */
#ifndef COMMON_ENTRA_SCOPE_H
#define COMMON_ENTRA_SCOPE_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/error.h"

#define SCOPE_MAX 2048

/* The scope that asks for a resource: R/.default, R to the letter. NULL with ERROR_USAGE where R
 * cannot be a resource. Free with free. */
char *scope_from_resource(const char *resource, struct error *error);

/* Whether an app (client credentials) may ask for this scope: one resource, then /.default.
 * False with ERROR_USAGE saying why not. */
bool scope_check_for_app(const char *scope, struct error *error);

/* Whether a person may ask for it: one scope, of whatever kind. False with ERROR_USAGE. */
bool scope_check_for_user(const char *scope, struct error *error);

/* How long the resource's part of the scope is: all before the last slash. */
size_t scope_resource_length(const char *scope);

#endif
