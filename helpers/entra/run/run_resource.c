/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "helpers/entra/run/run_resource.h"

#include <string.h>
#include <strings.h>

#include "common/base/array.h"
#include "common/base/text.h"

/* The APIs of the configuration that have the resource. */
struct apis {
    const char *names[64]; /* as many as a configuration may have (CONFIG_SECTIONS_MAX) */
    size_t count;
};

static void add_api(void *context, const char *name)
{
    struct apis *apis = context;
    if (apis->count < ARRAY_SIZE(apis->names))
        apis->names[apis->count++] = name;
}

/* The API with all of the resource, also if that is written with a slash at the end; NULL: none. */
static const char *find_whole(const struct config *config, const char *resource)
{
    size_t length = strlen(resource);
    length -= length > 0 && resource[length - 1] == '/';
    autofree char *scope = text_format("%s/.default", resource);
    autofree char *without_slash = text_format("%.*s/.default", (int)length, resource);
    const char *api = config_api_of_scope(config, scope);
    return api != NULL ? api : config_api_of_scope(config, without_slash);
}

static bool is_same_text(const char *text, const char *other)
{
    return (text == NULL) == (other == NULL) && (text == NULL || strcasecmp(text, other) == 0);
}

static bool is_same_identity(const struct token_candidates *one,
                             const struct token_candidates *other)
{
    bool is_same = one->count == other->count;
    for (size_t i = 0; is_same && i < one->count; i++) {
        const struct token_request *a = &one->items[i], *b = &other->items[i];
        is_same = a->for_user == b->for_user && is_same_text(a->instance, b->instance) &&
                  is_same_text(a->tenant, b->tenant) && is_same_text(a->client_id, b->client_id) &&
                  is_same_text(a->account, b->account) &&
                  a->credential_count == b->credential_count &&
                  (a->credential_count == 0 ||
                   (a->credentials[0].kind == b->credentials[0].kind &&
                    is_same_text(a->credentials[0].id, b->credentials[0].id)));
    }
    return is_same;
}

/* Fails if one of the others has another identity than the first. */
static bool check_identities(struct config *config, struct options *options,
                             const struct apis *apis, const struct token_candidates *first,
                             struct error *error)
{
    for (size_t i = 1; i < apis->count; i++) {
        auto_token_candidates struct token_candidates other = { 0 };
        options->api = apis->names[i];
        if (!config_request(config, NULL, &other, error))
            return false;
        if (is_same_identity(first, &other))
            continue;
        error_set(error, ERROR_USAGE,
                  "the APIs %.80s and %.80s of the configuration have this resource, and not the "
                  "same identity",
                  apis->names[0], apis->names[i]);
        return error_hint(error,
                          "Say which one is meant, with 'entra run --only %.80s' or "
                          "'entra run --only %.80s'.",
                          apis->names[0], apis->names[i]);
    }
    return true;
}

bool run_resource_request(struct config *config, struct options *options, const char *resource,
                          struct token_candidates *ret_candidates, struct error *error)
{
    struct apis apis = { 0 };
    const char *whole = find_whole(config, resource);
    config_each_api_of_resource(config, resource, add_api, &apis);
    options->api = apis.count > 0 ? apis.names[0] : whole;
    bool is_narrow = apis.count == 1 && (whole == NULL || strcasecmp(whole, apis.names[0]) != 0);
    options->resource = is_narrow ? NULL : resource;
    return config_request(config, NULL, ret_candidates, error) &&
           check_identities(config, options, &apis, ret_candidates, error);
}
