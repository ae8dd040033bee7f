/* SPDX-License-Identifier: MIT */
#include "helpers/kubectl/exec_credential.h"

#include <string.h>

#include "common/base/array.h"
#include "common/base/json.h"
#include "common/base/rfc3339.h"

#define V1BETA1 "client.authentication.k8s.io/v1beta1"

static const char *const api_versions[] = {
    "client.authentication.k8s.io/v1",
    V1BETA1,
};

/* The kinds that clients send. */
static const struct kind {
    const char *name;
    bool wants_silence;
} kinds[] = {
    { "ExecCredential", false }, { "ExecCredentials", true }, /* .NET */
};

static bool invalid(struct error *error, const char *why)
{
    error_set(error, ERROR_USAGE, "KUBERNETES_EXEC_INFO %s", why);
    return error_hint(error, "client-go sets it to an ExecCredential of "
                             "client.authentication.k8s.io/v1 or v1beta1.");
}

static const char *find_api_version(const char *version)
{
    for (size_t i = 0; version != NULL && i < ARRAY_SIZE(api_versions); i++)
        if (strcmp(version, api_versions[i]) == 0)
            return api_versions[i];
    return NULL;
}

static const struct kind *find_kind(const char *name)
{
    for (size_t i = 0; name != NULL && i < ARRAY_SIZE(kinds); i++)
        if (strcmp(name, kinds[i].name) == 0)
            return &kinds[i];
    return NULL;
}

/* Gets a member that may be absent or null; *value is NULL then. False if it has another type. */
static bool get_optional(const json_object *object, const char *key, enum json_type type,
                         json_object **value)
{
    *value = NULL;
    return !json_object_object_get_ex(object, key, value) || *value == NULL ||
           json_object_is_type(*value, type);
}

static bool parse_api_version(const json_object *object, struct exec_info *info,
                              struct error *error)
{
    json_object *version;
    bool is_text = get_optional(object, "apiVersion", json_type_string, &version);
    bool is_empty = version == NULL || json_object_get_string_len(version) == 0;
    if (is_text)
        info->api_version =
            is_empty ? V1BETA1 : find_api_version(json_string(object, "apiVersion"));
    return info->api_version != NULL || invalid(error, "has an unsupported apiVersion");
}

static bool parse_spec(const json_object *spec, struct exec_info *info, struct error *error)
{
    json_object *cluster, *interactive, *config;
    if (!get_optional(spec, "interactive", json_type_boolean, &interactive))
        return invalid(error, "has a spec.interactive that is neither true nor false");
    info->interactive = json_object_get_boolean(interactive);
    if (!get_optional(spec, "cluster", json_type_object, &cluster))
        return invalid(error, "has a spec.cluster that is not an object");
    /* The extension of the kubeconfig's cluster. */
    if (!get_optional(cluster, "config", json_type_object, &config))
        return invalid(error, "has a spec.cluster.config that is not an object");
    const char *server = json_string(cluster, "server");
    info->server = server != NULL ? strdup(server) : NULL;
    info->config = json_object_get(config);
    return true;
}

bool exec_info_parse(const char *text, size_t length, struct exec_info *ret_info,
                     struct error *error)
{
    struct exec_info info = { 0 };
    struct error why = { 0 };
    json_object *spec;
    if (length == 0)
        return invalid(error, "is empty");
    if (length > EXEC_INFO_MAX)
        return invalid(error, "is too long");
    auto_json json_object *object = json_parse(text, length, &why);
    if (object == NULL)
        return invalid(error, "is not valid JSON");
    if (!json_object_is_type(object, json_type_object))
        return invalid(error, "is not a JSON object");

    const struct kind *kind = find_kind(json_string(object, "kind"));
    if (kind == NULL)
        return invalid(error, "is not of kind ExecCredential");
    info.wants_silence = kind->wants_silence;
    if (!parse_api_version(object, &info, error))
        return false;
    if (!get_optional(object, "spec", json_type_object, &spec))
        return invalid(error, "has a spec that is not an object");
    if (spec != NULL && !parse_spec(spec, &info, error))
        return false;
    *ret_info = info;
    return true;
}

struct exec_info exec_info_default(void)
{
    return (struct exec_info){ .api_version = V1BETA1 };
}

void exec_info_clear(struct exec_info *info)
{
    free(info->server);
    json_object_put(info->config);
    *info = (struct exec_info){ 0 };
}

struct secret *exec_credential_format(const struct exec_info *info, const struct token *token)
{
    /* Not with json-c, which would leave copies of the token. Nothing here needs escaping. */
    return secret_format("{\"apiVersion\":\"%s\",\"kind\":\"ExecCredential\",\"status\":{"
                         "\"expirationTimestamp\":\"%s\",\"token\":\"%s\"}}\n",
                         info->api_version, rfc3339_format(token_fresh_until(token)).text,
                         token->access_token->bytes);
}
