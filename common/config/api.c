/* SPDX-License-Identifier: MIT */
/* The APIs of the configuration and the built-in ones, found by name or by URL. */
#define _GNU_SOURCE
#include <string.h>
#include <strings.h>

#include "common/base/array.h"
#include "common/base/suggest.h"
#include "common/base/text.h"
#include "common/config/internal.h"
#include "common/entra/organization.h"
#include "common/entra/scope.h"
#include "common/entra/url_typed.h"

static struct config_api make_api(const char *name, struct section section)
{
    return (struct config_api){ .name = name,
                                .section = section,
                                .builtin = builtin_api_find(name),
                                .second_client = config_second_client(name) };
}

struct config_api config_api_of_section(const struct section *section)
{
    return make_api(section_name(section), *section);
}

/* Those of the file come first. */
static size_t list_apis(const struct config *config,
                        struct config_api apis[CONFIG_SECTIONS_MAX + BUILTIN_APIS_MAX])
{
    struct section sections[CONFIG_SECTIONS_MAX];
    size_t count = config != NULL ? config_apis(config, sections) : 0;
    for (size_t i = 0; i < count; i++)
        apis[i] = config_api_of_section(&sections[i]);
    size_t in_file = count;
    const struct builtin_api *builtin;
    for (size_t i = 0; (builtin = builtin_api_at(i)) != NULL; i++) {
        bool is_covered = false;
        for (size_t j = 0; j < in_file; j++)
            is_covered = is_covered || apis[j].builtin == builtin;
        if (!is_covered)
            apis[count++] = make_api(builtin->name, (struct section){ 0 });
    }
    return count;
}

bool config_find_api(const struct config *config, const char *name, struct config_api *api,
                     struct error *error)
{
    struct config_api apis[CONFIG_SECTIONS_MAX + BUILTIN_APIS_MAX];
    size_t count = list_apis(config, apis);
    struct suggestion nearest = suggest_for(name);
    struct url_shown shown;
    for (size_t i = 0; i < count; i++) {
        suggest_consider(&nearest, apis[i].name);
        if (strcasecmp(apis[i].name, name) == 0) {
            *api = apis[i];
            return true;
        }
    }
    struct section unscoped;
    if (config != NULL && config_find_unscoped(config, name, &unscoped)) {
        autofree char *lack = config_lack_of_scopes(config, &unscoped);
        error_set(error, ERROR_USAGE, "%s, so it is not an API", lack);
    } else {
        error_set(error, ERROR_USAGE, "there is no API '%.80s' in the configuration%s",
                  url_typed_safe(name, &shown), suggest_question(&nearest, ""));
    }
    return error_known_as(error, "unknown_api");
}

bool config_knows_api(const struct config *config, const char *name, struct error *error)
{
    struct config_api unused;
    return config_find_api(config, name, &unused, error);
}

void config_each_api(const struct config *config, void (*visit)(void *context, const char *name),
                     void *context)
{
    struct config_api apis[CONFIG_SECTIONS_MAX + BUILTIN_APIS_MAX];
    size_t count = list_apis(config, apis);
    for (size_t i = 0; i < count; i++)
        visit(context, apis[i].name);
}

bool config_find_only_api(const struct config *config, struct config_api *api, struct error *error)
{
    struct section sections[CONFIG_SECTIONS_MAX];
    size_t count = config_apis(config, sections);
    if (count == 1) {
        *api = config_api_of_section(&sections[0]);
        return true;
    }
    error_set(error, ERROR_USAGE, "Which API?%s",
              count == 0 ? "" : " The configuration has several.");
    return error_known_as(error, "which_api");
}

/* ---- by URL ---- */

bool config_base_covers(const char *base, const struct url *url, size_t *covered,
                        struct error *error)
{
    struct url parsed;
    if (!url_parse_base(base, strlen(base), &parsed, error))
        return false;
    organization_lower(&parsed);
    bool below = url_is_below(url, &parsed);
    size_t length = strlen(parsed.host) + strlen(parsed.path);
    if (below && length > *covered)
        *covered = length;
    return true;
}

static void reject_base(const struct config *config, const struct config_api *api, const char *base,
                        struct error *error)
{
    char where[CONFIG_WHERE_MAX];
    struct config_path path = config_path_to(&api->section.path, "BaseUrl");
    struct error why = *error;
    error_set(error, ERROR_USAGE, "%s: BaseUrl '%s' cannot be used: %s",
              config_where(config, &path, where), url_shown(base).text, why.message);
}

/* An invalid BaseUrl covers nothing. It is an error only if it contains the URL's host, because it
 * may then have been meant for this URL. Sets api->place if a built-in URL covers it. */
static bool api_covers(const struct config *config, struct config_api *api, const struct url *url,
                       size_t *covered, struct error *error)
{
    struct error why = { 0 };
    const char *base = section_string(config, &api->section, "BaseUrl", &why);
    *covered = 0;
    if (base != NULL && !config_base_covers(base, url, covered, &why)) {
        reject_base(config, api, base, &why);
        if (strcasestr(base, url->host) != NULL) {
            *error = why;
            return false;
        }
    }
    if (why.kind != ERROR_NONE)
        trace("configuration: %s", why.message);
    if (base == NULL && api->builtin != NULL)
        builtin_api_cover(api->builtin, config->context->urls, url, covered, &api->place);
    return true;
}

/* What is wrong with a BaseUrl, as the end of a sentence; NULL if nothing is. */
static const char *base_fault(const char *base, struct error *why)
{
    struct url parsed;
    if (!url_parse_base(base, strlen(base), &parsed, why))
        return "covers no URL: ";
    if (!parsed.path_is_plain)
        return "covers no URL: its path has a segment that servers may read as another one";
    if (strpbrk(base, "?#") != NULL)
        return "has a query or a fragment, which is ignored";
    return NULL;
}

void config_warn_of_base_urls(const struct config *config)
{
    struct section sections[CONFIG_SECTIONS_MAX];
    size_t count = config_apis(config, sections);
    for (size_t i = 0; i < count; i++) {
        struct error why = { 0 };
        const char *base = section_string(config, &sections[i], "BaseUrl", &why);
        const char *fault = base != NULL ? base_fault(base, &why) : NULL;
        if (fault != NULL) {
            char where[CONFIG_WHERE_MAX];
            struct config_path path = config_path_to(&sections[i].path, "BaseUrl");
            warning_of("base_url", "", "%s: BaseUrl '%s' %s%s", config_where(config, &path, where),
                       url_shown(base).text, fault, why.message);
        }
    }
}

void config_each_base_url(const struct config *config,
                          void (*visit)(void *context, const char *api, const struct url *base),
                          void *context)
{
    struct section sections[CONFIG_SECTIONS_MAX];
    size_t count = config_apis(config, sections);
    for (size_t i = 0; i < count; i++) {
        struct url parsed;
        struct error why = { 0 };
        const char *base = section_string(config, &sections[i], "BaseUrl", &why);
        if (base != NULL && url_parse_base(base, strlen(base), &parsed, &why))
            visit(context, section_name(&sections[i]), &parsed);
    }
}

/* only is the name of the one API that is considered; NULL: all are. */
static enum config_match find_url(struct config *config, const struct url *url, const char *only,
                                  struct config_api *found, struct error *error)
{
    struct config_api apis[CONFIG_SECTIONS_MAX + BUILTIN_APIS_MAX];
    size_t count = list_apis(config, apis), most = 0;
    struct url same = *url;
    organization_lower(&same);
    for (size_t i = 0; i < count; i++) {
        size_t covered;
        if (only != NULL && strcasecmp(only, apis[i].name) != 0)
            continue;
        if (!api_covers(config, &apis[i], &same, &covered, error))
            return CONFIG_FAILED;
        if (covered > most) {
            most = covered;
            *found = apis[i];
        }
    }
    return most > 0 ? CONFIG_MATCH : CONFIG_NO_MATCH;
}

enum config_match config_find_url(struct config *config, const struct url *url,
                                  const struct config_api **ret_api, struct error *error)
{
    enum config_match match = find_url(config, url, config->options->api, &config->found, error);
    if (match == CONFIG_MATCH && ret_api != NULL)
        *ret_api = &config->found;
    return match;
}

const char *config_api_of_url(struct config *config, const struct url *url)
{
    struct config_api found;
    struct error unused = { 0 };
    return find_url(config, url, NULL, &found, &unused) == CONFIG_MATCH ? found.name : NULL;
}

bool config_fail_url(struct config *config, const char *text, struct error *error)
{
    struct url url;
    struct error unused = { 0 };
    bool is_url = url_parse(text, strlen(text), &url, &unused);
    const char *other = is_url && config != NULL ? config_api_of_url(config, &url) : NULL;
    if (other != NULL && config->options->api != NULL) {
        error_set(error, ERROR_USAGE, "%s belongs to the API %s, not to %s", url_shown(text).text,
                  other, config->options->api);
        error_hint(error, "Leave out --api, or give --api %s.", other);
        return error_known_as(error, "url_of_another_api");
    }
    if (is_url && !url_parse_base(text, strlen(text), &url, error))
        return error_wanted(error, "%s", url_shown(text).text);
    error_set(error, ERROR_USAGE,
              "%s belongs to no API of the configuration, so it is given no token",
              url_shown(text).text);
    return error_known_as(error, "url_of_nobody");
}

const char *config_api_name(const struct config_api *api)
{
    return api->name;
}

bool config_api_has_scope(const struct config_api *api)
{
    json_object *scopes = config_member(api->section.object, "Scopes");
    return !json_object_is_type(scopes, json_type_array) || json_object_array_length(scopes) > 0;
}

bool config_base_urls(const struct config *config, const char *name,
                      const struct token_request *request,
                      const char *urls[CONFIG_BASE_URLS_MAX + 1], struct error *error)
{
    struct config_api api = { 0 };
    size_t count = 0;
    if (!config_find_api(config, name, &api, error))
        return false;
    const char *base = section_string(config, &api.section, "BaseUrl", error);
    if (base != NULL) {
        urls[count++] = base;
    } else if (api.builtin != NULL && builtin_api_has_urls(api.builtin, config->context->urls)) {
        enum authority_cloud cloud =
            request != NULL ? config_cloud(config, request) : AUTHORITY_CLOUD_PUBLIC;
        const char *const *bases = builtin_api_place(api.builtin, cloud)->base_urls;
        while (bases[count] != NULL) {
            urls[count] = bases[count];
            count++;
        }
    }
    urls[count] = NULL;
    if (error->kind == ERROR_NONE && count == 0)
        error_set(error, ERROR_USAGE, "the API '%.80s' has no BaseUrl%s", name,
                  config->context->urls == CONFIG_URLS_FOR_GIT ? " for git" : "");
    return error->kind == ERROR_NONE;
}

/* ---- by scope ---- */

bool config_scopes_are(const struct section *section, const char *scope)
{
    json_object *scopes = config_member(section->object, "Scopes");
    bool is_array = json_object_is_type(scopes, json_type_array);
    size_t count = is_array ? json_object_array_length(scopes) : 1;
    for (size_t i = 0; i < count; i++) {
        json_object *item = is_array ? json_object_array_get_idx(scopes, i) : scopes;
        const char *text =
            json_object_is_type(item, json_type_string) ? json_object_get_string(item) : NULL;
        size_t length = text != NULL ? strlen(text) : 0;
        if (length == 0 || strncasecmp(scope, text, length) != 0)
            return false;
        scope += length;
        if (i + 1 < count && *scope++ != ' ')
            return false;
    }
    return *scope == '\0';
}

static bool has_scope_of(const struct section *section, const char *resource)
{
    json_object *scopes = config_member(section->object, "Scopes");
    bool is_array = json_object_is_type(scopes, json_type_array);
    size_t count = is_array ? json_object_array_length(scopes) : 1;
    for (size_t i = 0; i < count; i++) {
        json_object *item = is_array ? json_object_array_get_idx(scopes, i) : scopes;
        autofree char *scope = json_object_is_type(item, json_type_string)
                                   ? text_trimmed(json_object_get_string(item))
                                   : NULL;
        if (scope == NULL)
            continue;
        scope[scope_resource_length(scope)] = '\0';
        if (scope_is_same_resource(scope, resource))
            return true;
    }
    return false;
}

void config_each_api_of_resource(const struct config *config, const char *resource,
                                 void (*visit)(void *context, const char *name), void *context)
{
    struct section sections[CONFIG_SECTIONS_MAX];
    size_t count = config_apis(config, sections);
    for (size_t i = 0; i < count; i++)
        if (has_scope_of(&sections[i], resource))
            visit(context, section_name(&sections[i]));
}

const char *config_api_of_scope(const struct config *config, const char *scope)
{
    struct section sections[CONFIG_SECTIONS_MAX];
    size_t count = config != NULL ? config_apis(config, sections) : 0;
    for (size_t i = 0; i < count; i++)
        if (config_scopes_are(&sections[i], scope))
            return section_name(&sections[i]);
    return builtin_api_of_scope(scope);
}
