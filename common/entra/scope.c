/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "common/entra/scope.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/base/text.h"
#include "common/entra/url_typed.h"

#define DEFAULT_SUFFIX "/.default"

/* The scope-token of RFC 6749, 3.3: printable ASCII without space, quote and backslash. */
static bool is_scope_token(const char *text)
{
    size_t length = 0;
    for (; text[length] != '\0'; length++) {
        char c = text[length];
        if (c <= ' ' || c > '~' || c == '"' || c == '\\' || length >= SCOPE_MAX)
            return false;
    }
    return length > 0;
}

static bool ends_in_default(const char *scope)
{
    size_t length = strlen(scope), suffix = strlen(DEFAULT_SUFFIX);
    return length > suffix && strcmp(scope + length - suffix, DEFAULT_SUFFIX) == 0;
}

size_t scope_resource_length(const char *scope)
{
    const char *slash = strrchr(scope, '/');
    return slash == NULL ? strlen(scope) : (size_t)(slash - scope);
}

static size_t length_without_slash(const char *resource)
{
    size_t length = strlen(resource);
    return length > 0 && resource[length - 1] == '/' ? length - 1 : length;
}

bool scope_is_same_resource(const char *resource, const char *other)
{
    size_t length = length_without_slash(resource);
    return length == length_without_slash(other) && strncasecmp(resource, other, length) == 0;
}

/* It would be sent to the authority. */
static bool check_password(const char *scope, struct error *error)
{
    return !url_typed_has_password(scope) ||
           error_set(error, ERROR_USAGE, "'%s' was given with a password, which no scope has",
                     url_shown(scope).text);
}

char *scope_from_resource(const char *resource, struct error *error)
{
    if (!check_password(resource, error))
        return NULL;
    if (!is_scope_token(resource)) {
        error_set(error, ERROR_USAGE, "'%.200s' is not the identifier of a resource", resource);
        error_hint(error, "A resource is a URI or an app's ID, such as api://my-web-api.");
    } else if (ends_in_default(resource)) {
        error_set(error, ERROR_USAGE, "'%.200s' is a scope, not a resource", resource);
        error_hint(error, "Use --scope, or leave out " DEFAULT_SUFFIX ".");
    } else if (strlen(resource) + strlen(DEFAULT_SUFFIX) > SCOPE_MAX) {
        error_set(error, ERROR_USAGE, "the resource is longer than %zu bytes",
                  SCOPE_MAX - strlen(DEFAULT_SUFFIX));
    } else {
        return text_format("%s" DEFAULT_SUFFIX, resource);
    }
    return NULL;
}

bool scope_check_single(const char *scope, struct error *error)
{
    return check_password(scope, error) &&
           (is_scope_token(scope) ||
            error_set(error, ERROR_USAGE, "'%.200s' is not a scope", scope));
}

bool scope_check_for_app(const char *scope, struct error *error)
{
    if (!check_password(scope, error))
        return false;
    if (strpbrk(scope, " \t") != NULL) {
        error_set(error, ERROR_USAGE, "'%.200s' is more than one scope", scope);
        return error_hint(error, "An app requests one resource at a time, with a single scope that "
                                 "ends in " DEFAULT_SUFFIX ".");
    }
    if (!is_scope_token(scope))
        return error_set(error, ERROR_USAGE, "'%.200s' is not a scope", scope);
    if (strcmp(scope, DEFAULT_SUFFIX) == 0)
        return error_set(error, ERROR_USAGE, "the scope '" DEFAULT_SUFFIX "' names no resource");
    if (ends_in_default(scope))
        return true;
    error_set(error, ERROR_USAGE,
              "the scope '%.200s' does not end in " DEFAULT_SUFFIX
              ", as the scope of an app must: its permissions are those of its registration",
              scope);
    return error_known_as(error, "scope_not_default");
}
