/* SPDX-License-Identifier: MIT */
/* The requested scope: one for an app, one or more for a user. */
#define _GNU_SOURCE
#include <string.h>

#include "common/base/text.h"
#include "common/config/internal.h"
#include "common/entra/scope.h"

static bool wrong_scope_count(const struct config *config, const struct config_api *api,
                              size_t count, bool for_user, struct error *error)
{
    char where[CONFIG_WHERE_MAX];
    struct config_path path = config_path_to(&api->section.path, "Scopes");
    error_set(error, ERROR_USAGE, "%s: %s has %s%s", config_where(config, &path, where), api->name,
              count == 0 ? "no scope" : "several scopes",
              for_user ? "" : ", and an app requests exactly one");
    return error_known_as(error, "scope_count");
}

/* A blank at an end is copied along, and never meant. */
static bool add_scope(struct token_request *request, const char *text, struct error *error)
{
    autofree char *scope = text_trimmed(text);
    bool ok =
        request->for_user ? scope_check_for_user(scope, error) : scope_check_for_app(scope, error);
    if (!ok)
        return false;
    char *longer = text_format("%s%s%s", request->scope != NULL ? request->scope : "",
                               request->scope != NULL ? " " : "", scope);
    free(request->scope);
    request->scope = longer;
    return strlen(longer) <= SCOPE_MAX ||
           error_set(error, ERROR_USAGE, "the scopes are longer than %d bytes", SCOPE_MAX);
}

/* Scopes: an array, or in older files one string. */
static bool add_section_scopes(const struct config *config, const struct config_api *api,
                               struct token_request *request, struct error *error)
{
    struct config_path path = config_path_to(&api->section.path, "Scopes");
    json_object *scopes = config_member(api->section.object, "Scopes");
    bool is_array = json_object_is_type(scopes, json_type_array);
    size_t count = is_array ? json_object_array_length(scopes) : 1;
    if (count == 0 || (count > 1 && !request->for_user))
        return wrong_scope_count(config, api, count, request->for_user, error);
    for (size_t i = 0; i < count; i++) {
        json_object *item = is_array ? json_object_array_get_idx(scopes, i) : scopes;
        const char *scope = config_text(config, &path, item, error);
        if (error->kind != ERROR_NONE)
            return false;
        if (scope == NULL && !is_array)
            return wrong_scope_count(config, api, 0, request->for_user, error);
        if (!add_scope(request, scope != NULL ? scope : "", error))
            return false;
    }
    return true;
}

bool config_fill_scope(const struct config *config, const struct config_api *api,
                       struct token_request *request, struct error *error)
{
    const struct options *options = config->options;
    if (options->resource != NULL && options->scope_count > 0)
        return error_set(error, ERROR_USAGE, "--resource and --scope cannot be used together");
    if (options->scope_count > 1 && !request->for_user)
        return error_set(error, ERROR_USAGE, "an app requests one scope, not %zu",
                         options->scope_count);
    if (options->resource != NULL) {
        autofree char *resource = text_trimmed(options->resource);
        autofree char *scope = scope_from_resource(resource, error);
        return scope != NULL && add_scope(request, scope, error);
    }
    for (size_t i = 0; i < options->scope_count; i++)
        if (!add_scope(request, options->scopes[i], error))
            return false;
    if (options->scope_count > 0 || api->name == NULL)
        return true;
    request->scope_learned = api->scope != NULL;
    if (api->scope != NULL)
        return add_scope(request, api->scope, error);
    if (api->section.object != NULL)
        return add_section_scopes(config, api, request, error);
    return add_scope(request, api->builtin->scope, error);
}
