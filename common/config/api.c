/* Which API is asked: by name, by what the flags say, or by the URL it is at home under. */
#define _GNU_SOURCE
#include <string.h>
#include <strings.h>

#include "common/authority.h"
#include "common/claims.h"
#include "common/config/internal.h"
#include "common/scope.h"

/* APIs that need no configuration. */
static const struct builtin {
    const char *name;
    const char *base_urls[3]; /* NULL ends them */
    const char *scope;
} builtins[] = {
    /* Microsoft's "Use Microsoft Entra ID authentication with Azure Repos": the resource's id. */
    { "AzureDevOps",
      { "https://dev.azure.com/", "https://*.visualstudio.com/", NULL },
      "499b84ac-1321-427f-aa17-267ca6975798/.default" },
    /* The AKS server application; kubectl talks to it through the cluster, so it has no URL. */
    { "AKS", { NULL }, CONFIG_AKS_SERVER "/.default" },
};
#define BUILTINS (sizeof builtins / sizeof builtins[0])

static const struct builtin *find_builtin(const char *name)
{
    for (size_t i = 0; i < BUILTINS; i++)
        if (strcasecmp(builtins[i].name, name) == 0)
            return &builtins[i];
    return NULL;
}

/* One of the configuration's APIs, or a built-in one, or both where the file says more of it. */
struct api {
    const char *name;
    struct section section; /* object NULL: not in the file */
    const struct builtin *builtin;
};

static size_t list_apis(const struct config *config,
                        struct api apis[CONFIG_SECTIONS_MAX + BUILTINS])
{
    struct section sections[CONFIG_SECTIONS_MAX];
    size_t count = config_apis(config, sections);
    bool covered[BUILTINS] = { false };
    for (size_t i = 0; i < count; i++) {
        const char *name = section_name(&sections[i]);
        apis[i] = (struct api){ name, sections[i], find_builtin(name) };
        if (apis[i].builtin != NULL)
            covered[apis[i].builtin - builtins] = true;
    }
    for (size_t i = 0; i < BUILTINS; i++)
        if (!covered[i])
            apis[count++] = (struct api){ builtins[i].name, { 0 }, &builtins[i] };
    return count;
}

static bool find_api(const struct config *config, const char *name, struct api *api,
                     struct error *error)
{
    struct api apis[CONFIG_SECTIONS_MAX + BUILTINS];
    size_t count = list_apis(config, apis);
    for (size_t i = 0; i < count; i++) {
        if (strcasecmp(apis[i].name, name) == 0) {
            *api = apis[i];
            return true;
        }
    }
    error_set(error, ERROR_USAGE, "there is no API '%.80s' in the configuration", name);
    return error_remedy(error, "unknown_api");
}

/* The API where none is named: the only one in the file. */
static bool find_only_api(const struct config *config, struct api *api, struct error *error)
{
    struct section sections[CONFIG_SECTIONS_MAX];
    size_t count = config_apis(config, sections);
    if (count == 1) {
        const char *name = section_name(&sections[0]);
        *api = (struct api){ name, sections[0], find_builtin(name) };
        return true;
    }
    error_set(error, ERROR_USAGE, "it is not said which API the token is for%s",
              count == 0 ? "" : ", and the configuration has several");
    return error_remedy(error, "which_api");
}

/* ---- the scope ---- */

static bool wrong_scope_count(const struct config *config, const struct api *api, size_t count,
                              struct error *error)
{
    char where[CONFIG_WHERE_MAX];
    struct config_path path = config_path_to(&api->section.path, "Scopes");
    error_set(error, ERROR_USAGE, "%s: %s has %s, and an app asks for exactly one",
              config_where(config, &path, where), api->name,
              count == 0 ? "no scope" : "several scopes");
    return error_remedy(error, "scope_count");
}

/* Scopes: an array, or in older files one string. */
static const char *section_scope(const struct config *config, const struct api *api,
                                 struct error *error)
{
    json_object *scopes = config_member(api->section.object, "Scopes");
    if (!json_object_is_type(scopes, json_type_array))
        return section_string(config, &api->section, "Scopes", error);
    if (json_object_array_length(scopes) != 1) {
        wrong_scope_count(config, api, json_object_array_length(scopes), error);
        return NULL;
    }
    struct config_path path = config_path_to(&api->section.path, "Scopes");
    const char *scope = config_text(config, &path, json_object_array_get_idx(scopes, 0), error);
    return scope == NULL && error->kind == ERROR_NONE ? "" : scope;
}

/* Of the flags, the file and what is built in, in this order. */
static bool fill_scope(const struct config *config, const struct options *options,
                       const struct api *api, struct token_request *request, struct error *error)
{
    if (options->resource != NULL && options->scope_count > 0)
        return error_set(error, ERROR_USAGE, "--resource and --scope say the same thing, use one");
    if (options->scope_count > 1)
        return error_set(error, ERROR_USAGE, "an app asks for one scope, not for %zu",
                         options->scope_count);
    if (options->resource != NULL) {
        request->scope = scope_from_resource(options->resource, error);
        return request->scope != NULL;
    }
    const char *scope = options->scope_count > 0      ? options->scopes[0]
                        : api->section.object != NULL ? section_scope(config, api, error)
                        : api->builtin != NULL        ? api->builtin->scope
                                                      : NULL;
    if (error->kind != ERROR_NONE)
        return false;
    if (scope == NULL)
        return wrong_scope_count(config, api, 0, error);
    if (!scope_check_for_app(scope, error))
        return false;
    request->scope = strdup(scope);
    return request->scope != NULL || error_no_memory(error);
}

/* ---- the request ---- */

static bool check_identity(const struct token_request *request, struct error *error)
{
    const char *missing = request->client_id == NULL ? "client id (ClientId, or AZURE_CLIENT_ID)"
                          : request->tenant == NULL  ? "tenant (TenantId, or AZURE_TENANT_ID)"
                                                     : NULL;
    if (missing == NULL)
        return true;
    error_set(error, ERROR_USAGE, "no %s is configured", missing);
    return error_remedy(error, "no_identity");
}

static bool check_complete(const struct token_request *request, bool app_token_wanted,
                           struct error *error)
{
    if (!check_identity(request, error))
        return false;
    if (request->credential_count > 0 && app_token_wanted)
        return authority_is_tenant_of_app(request->tenant, error);
    if (app_token_wanted) {
        error_set(error, ERROR_USAGE,
                  "the app %s has no client credential (ClientCredentials, ClientSecret, or "
                  "AZURE_CLIENT_SECRET)",
                  request->client_id);
        return error_remedy(error, "no_credential");
    }
    error_set(error, ERROR_SIGN_IN,
              "this needs a person's sign-in, since the app %s has no client credential or "
              "RequestAppToken is false, and this version signs no person in",
              request->client_id);
    return error_hint(error,
                      "Configure ClientCredentials (or AZURE_CLIENT_SECRET) to use the app's "
                      "own rights.");
}

/* The challenge, with ClientCapabilities (cp1) of the identity merged in. */
static bool take_claims(const struct config *config, const char *challenge,
                        const struct section *acquire, struct token_request *request,
                        struct error *error)
{
    request->challenged = challenge != NULL;
    return claims_merge(challenge, config_capabilities(config, acquire), &request->claims, error);
}

/* Who asks: a managed identity where one is asked for, else the identity that the API names. */
static bool fill_identity(const struct config *config, const struct options *options,
                          const struct section *acquire, const char *tenant,
                          struct token_request *request, struct error *error)
{
    const char *name = section_string(config, acquire, "AuthenticationOptionsName", error);
    struct section managed = { config_member(acquire->object, "ManagedIdentity"),
                               config_path_to(&acquire->path, "ManagedIdentity") };
    if (error->kind != ERROR_NONE)
        return false;
    if (options->managed_identity || managed.object != NULL)
        return config_fill_managed_identity(config, options, &managed, request, error);
    return config_fill_identity(config, options, name, tenant, request, error);
}

static bool make_request(struct config *config, const struct options *options,
                         const struct api *api, struct token_request *request, struct error *error)
{
    struct section acquire = { config_member(api->section.object, "AcquireTokenOptions"),
                               config_path_to(&api->section.path, "AcquireTokenOptions") };
    const char *tenant = section_string(config, &acquire, "Tenant", error);
    const char *claims = section_string(config, &acquire, "Claims", error);
    if (error->kind != ERROR_NONE)
        return false;
    config_warn(config);
    if (api->name != NULL && (request->api = strdup(api->name)) == NULL)
        return error_no_memory(error);
    request->force_refresh =
        options->force_refresh || section_bool(&acquire, "ForceRefresh", false);
    if (!fill_identity(config, options, &acquire, tenant, request, error))
        return false;
    bool app_token_wanted =
        section_bool(&api->section, "RequestAppToken", request->credential_count > 0);
    if (app_token_wanted || config_member(api->section.object, "RequestAppToken") == NULL)
        if (config_is_silent(config, options, request)) {
            app_token_wanted = true;
            if (!config_default_managed_identity(request, error))
                return false;
        }
    return check_complete(request, app_token_wanted, error) &&
           fill_scope(config, options, api, request, error) &&
           take_claims(config, options->claims != NULL ? options->claims : claims, &acquire,
                       request, error);
}

bool config_identity(struct config *config, const struct options *options,
                     struct token_request *request, struct error *error)
{
    struct api api = { 0 };
    if (options->api != NULL && !find_api(config, options->api, &api, error))
        return false;
    struct section acquire = { config_member(api.section.object, "AcquireTokenOptions"),
                               config_path_to(&api.section.path, "AcquireTokenOptions") };
    const char *tenant = section_string(config, &acquire, "Tenant", error);
    config_warn(config);
    return error->kind == ERROR_NONE &&
           fill_identity(config, options, &acquire, tenant, request, error) &&
           check_identity(request, error);
}

static const char *what_is_wanted(const struct options *options, const struct api *api)
{
    return options->resource != NULL  ? options->resource
           : options->scope_count > 0 ? options->scopes[0]
           : api->name != NULL        ? api->name
                                      : "the API";
}

bool config_request(struct config *config, const struct options *options, const char *default_api,
                    struct token_request *request, struct error *error)
{
    struct api api = { 0 };
    const char *name = options->api != NULL ? options->api : default_api;
    bool scope_is_given = options->resource != NULL || options->scope_count > 0;
    if (name != NULL && !(scope_is_given && options->api == NULL)) {
        if (!find_api(config, name, &api, error))
            return false;
    } else if (!scope_is_given && !find_only_api(config, &api, error)) {
        return false;
    }
    if (make_request(config, options, &api, request, error))
        return true;
    return error_wanted(error, "no token for %.200s", what_is_wanted(options, &api));
}

/* ---- by URL ---- */

/* How much of the URL an API's BaseUrl covers, in bytes of its host and path; 0: it is not at home
 * there, or has no BaseUrl. */
static bool base_covers(const char *base, const struct url *url, size_t *covered,
                        struct error *error)
{
    struct url parsed;
    if (!url_parse_base(base, strlen(base), &parsed, error))
        return false;
    bool below = url_is_below(url, &parsed);
    size_t length = strlen(parsed.host) + strlen(parsed.path);
    if (below && length > *covered)
        *covered = length;
    return true;
}

/* Says where the BaseUrl stands that cannot be used, and why. */
static void blame_base(const struct config *config, const struct api *api, const char *base,
                       struct error *error)
{
    char where[CONFIG_WHERE_MAX];
    struct config_path path = config_path_to(&api->section.path, "BaseUrl");
    struct error why = *error;
    error_set(error, ERROR_USAGE, "%s: BaseUrl '%.200s' cannot be used: %s",
              config_where(config, &path, where), base, why.message);
}

/* A BaseUrl that cannot be used is nobody's home. It is an error for the host that it names, whose
 * request may be the one it was meant for; to the others it is nothing. */
static bool api_covers(const struct config *config, const struct api *api, const struct url *url,
                       size_t *covered, struct error *error)
{
    struct error why = { 0 };
    const char *base = section_string(config, &api->section, "BaseUrl", &why);
    *covered = 0;
    if (base != NULL && !base_covers(base, url, covered, &why)) {
        blame_base(config, api, base, &why);
        if (strcasestr(base, url->host) != NULL) {
            *error = why;
            return false;
        }
    }
    if (why.kind != ERROR_NONE)
        trace("configuration: %s", why.message);
    for (size_t i = 0; base == NULL && api->builtin != NULL && api->builtin->base_urls[i]; i++)
        if (!base_covers(api->builtin->base_urls[i], url, covered, error))
            return false;
    return true;
}

/* The API that covers most of the URL, the file's before the built-in ones. */
static enum config_match match(const struct config *config, const struct options *options,
                               const struct url *url, struct api *best, struct error *error)
{
    struct api apis[CONFIG_SECTIONS_MAX + BUILTINS];
    size_t count = list_apis(config, apis), most = 0;
    for (size_t i = 0; i < count; i++) {
        size_t covered;
        if (options->api != NULL && strcasecmp(options->api, apis[i].name) != 0)
            continue;
        if (!api_covers(config, &apis[i], url, &covered, error))
            return CONFIG_FAILED;
        if (covered > most) {
            most = covered;
            *best = apis[i];
        }
    }
    return most > 0 ? CONFIG_MATCH : CONFIG_NO_MATCH;
}

enum config_match config_find_url(const struct config *config, const struct options *options,
                                  const struct url *url, bool *has_scope, struct error *error)
{
    struct api api = { 0 };
    enum config_match answer = match(config, options, url, &api, error);
    json_object *scopes = config_member(api.section.object, "Scopes");
    *has_scope =
        !json_object_is_type(scopes, json_type_array) || json_object_array_length(scopes) > 0;
    return answer;
}

bool config_base_urls(const struct config *config, const char *name,
                      const char *urls[CONFIG_BASE_URLS_MAX + 1], struct error *error)
{
    struct api api = { 0 };
    size_t count = 0;
    if (!find_api(config, name, &api, error))
        return false;
    const char *base = section_string(config, &api.section, "BaseUrl", error);
    if (base != NULL)
        urls[count++] = base;
    for (size_t i = 0; base == NULL && api.builtin != NULL && api.builtin->base_urls[i]; i++)
        urls[count++] = api.builtin->base_urls[i];
    urls[count] = NULL;
    if (error->kind == ERROR_NONE && count == 0)
        error_set(error, ERROR_USAGE, "the API '%.80s' has no BaseUrl", name);
    return error->kind == ERROR_NONE;
}

enum config_match config_request_for_url(struct config *config, const struct options *options,
                                         const struct url *url, struct token_request *request,
                                         struct error *error)
{
    struct api api = { 0 };
    if (options->api != NULL && !find_api(config, options->api, &api, error))
        return CONFIG_FAILED;
    enum config_match answer = match(config, options, url, &api, error);
    if (answer == CONFIG_MATCH && !make_request(config, options, &api, request, error)) {
        error_wanted(error, "no token for %s", api.name);
        answer = CONFIG_FAILED;
    }
    return answer;
}
