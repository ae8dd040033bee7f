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

static bool broken(struct error *error, const char *what)
{
    error_set(error, ERROR_USAGE, "KUBERNETES_EXEC_INFO %s", what);
    return error_hint(error, "client-go sets it to an ExecCredential of "
                             "client.authentication.k8s.io/v1 or v1beta1.");
}

static const char *known_version(const char *version)
{
    for (size_t i = 0; version != NULL && i < ARRAY_SIZE(api_versions); i++)
        if (strcmp(version, api_versions[i]) == 0)
            return api_versions[i];
    return NULL;
}

/* A member that is absent, or of the type that belongs there. */
static bool take_member(const json_object *object, const char *key, enum json_type type,
                        json_object **value)
{
    *value = NULL;
    return !json_object_object_get_ex(object, key, value) || json_object_is_type(*value, type);
}

/* spec.cluster.config: what the kubeconfig has as the cluster's extension. client-go writes null
 * where it has none. */
static bool take_config(const json_object *cluster, struct exec_info *info, struct error *error)
{
    json_object *config = NULL;
    if (!json_object_object_get_ex(cluster, "config", &config) || config == NULL)
        return true;
    if (!json_object_is_type(config, json_type_object))
        return broken(error, "has a spec.cluster.config that is not an object");
    info->config = json_object_get(config);
    return true;
}

static bool take_spec(const json_object *spec, struct exec_info *info, struct error *error)
{
    json_object *cluster, *interactive;
    if (!take_member(spec, "interactive", json_type_boolean, &interactive))
        return broken(error, "has a spec.interactive that is neither true nor false");
    if (!take_member(spec, "cluster", json_type_object, &cluster))
        return broken(error, "has a spec.cluster that is not an object");
    info->interactive = json_object_get_boolean(interactive);
    return cluster == NULL || take_config(cluster, info, error);
}

bool exec_info_parse(const char *text, size_t length, struct exec_info *info, struct error *error)
{
    struct error why = { 0 };
    if (length == 0)
        return broken(error, "is empty");
    if (length > EXEC_INFO_MAX)
        return broken(error, "is too long");
    auto_json json_object *object = json_parse(text, length, &why);
    if (object == NULL)
        return broken(error, "is not valid JSON");
    if (!json_object_is_type(object, json_type_object))
        return broken(error, "is not a JSON object");

    const char *kind = json_string(object, "kind");
    if (kind == NULL || strcmp(kind, "ExecCredential") != 0)
        return broken(error, "is not of the kind ExecCredential");
    *info = (struct exec_info){ .api_version = known_version(json_string(object, "apiVersion")) };
    if (info->api_version == NULL)
        return broken(error, "has an apiVersion that is not known");

    json_object *spec;
    if (!take_member(object, "spec", json_type_object, &spec))
        return broken(error, "has a spec that is not an object");
    return spec == NULL || take_spec(spec, info, error);
}

struct exec_info exec_info_default(void)
{
    return (struct exec_info){ .api_version = V1BETA1 };
}

void exec_info_clear(struct exec_info *info)
{
    json_object_put(info->config);
    *info = (struct exec_info){ 0 };
}

struct secret *exec_credential_format(const struct exec_info *info, const struct token *token)
{
    /* Not by json-c, which would leave copies of the token; nothing here needs escaping. */
    return secret_format("{\"apiVersion\":\"%s\",\"kind\":\"ExecCredential\",\"status\":{"
                         "\"expirationTimestamp\":\"%s\",\"token\":\"%s\"}}\n",
                         info->api_version, rfc3339_format(token_fresh_until(token)).text,
                         token->access_token->bytes);
}
