/* SPDX-License-Identifier: MIT */
/*
 * Scopes. An app requests R/.default, where R is the identifier of the resource.
 *
 * Entra takes everything before the last slash of the scope as the audience. A resource whose
 * identifier ends in a slash therefore keeps that slash: the scope of https://database.windows.net/
 * is https://database.windows.net//.default (Microsoft's page "Daemon app that calls web APIs -
 * acquire a token", section "Azure AD (v1.0) resources").
 */
#ifndef COMMON_ENTRA_SCOPE_H
#define COMMON_ENTRA_SCOPE_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/error.h"

#define SCOPE_MAX 2048

/* The scope of a resource: resource, unchanged, and /.default. The caller frees the result with
 * free. Returns NULL with ERROR_USAGE if the text cannot be a resource. */
char *scope_from_resource(const char *resource, struct error *error);

/* Whether an app (client credentials) may request this scope of Entra: one resource and /.default.
 * Fails with ERROR_USAGE and the reason. */
bool scope_check_for_app(const char *scope, struct error *error);

/* Whether it is a single scope of any kind, such as a user may request, and an app of an AD FS.
 * Fails with ERROR_USAGE. */
bool scope_check_single(const char *scope, struct error *error);

/* The length of the resource in the scope, which is everything before the last slash. */
size_t scope_resource_length(const char *scope);

/* Whether both identifiers are of the same resource: neither their case nor a slash at the end
 * makes a difference. */
bool scope_is_same_resource(const char *resource, const char *other);

#endif
