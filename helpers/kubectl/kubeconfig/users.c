/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "helpers/kubectl/kubeconfig/users.h"

#include <string.h>
#include <strings.h>

#include "common/base/array.h"

static yaml_node_t *get_list(const struct kubeconfig *file, const char *list)
{
    return yaml_find(&file->yaml, yaml_root(&file->yaml), list).value;
}

yaml_node_t *named_mapping(const struct kubeconfig *file, const char *list, const char *name,
                           const char *key)
{
    const yaml_node_t *items = get_list(file, list);
    yaml_node_t *item;
    for (size_t i = 0; (item = yaml_item(&file->yaml, items, i)) != NULL; i++) {
        const char *text = yaml_text(&file->yaml, item, "name");
        if (text != NULL && strcmp(text, name) == 0)
            return yaml_find(&file->yaml, item, key).value;
    }
    return NULL;
}

/* ---- the kind of a user ---- */

/* Whether these are args of Azure's kubelogin. int128/kubelogin, for any OpenID Connect issuer, has
 * the same name but --oidc-* options. */
static bool is_azure_kubelogin(const struct yaml *yaml, const yaml_node_t *args)
{
    bool gets_token = false;
    const char *word;
    for (size_t i = 0; (word = yaml_scalar(yaml_item(yaml, args, i))) != NULL; i++) {
        if (strncmp(word, "--oidc-", 7) == 0)
            return false;
        gets_token = gets_token || strcmp(word, "get-token") == 0;
    }
    return gets_token;
}

/* The command may be kubelogin, kubelogin.exe, kubelogin-linux-amd64... with a path. */
static enum user_kind kind_of_exec(const struct yaml *yaml, const struct user *user)
{
    const char *command = yaml_text(yaml, user->exec.value, "command");
    const char *slash = command != NULL ? strrchr(command, '/') : NULL;
    const char *name = slash != NULL ? slash + 1 : command != NULL ? command : "";
    if (strcmp(name, OUR_PROGRAM) == 0)
        return USER_OURS;
    bool is_kubelogin = strncmp(name, "kubelogin", 9) == 0;
    return is_kubelogin && is_azure_kubelogin(yaml, user->args) ? USER_KUBELOGIN : USER_OTHER;
}

static enum user_kind kind_of(const struct yaml *yaml, const struct user *user)
{
    static const char *const credentials[] = {
        "token",      "tokenFile",          "username",
        "password",   "client-certificate", "client-certificate-data",
        "client-key", "client-key-data"
    };
    if (user->exec.value != NULL && !yaml_is_null(user->exec.value))
        return kind_of_exec(yaml, user);
    if (user->provider.value != NULL && !yaml_is_null(user->provider.value)) {
        const char *name = yaml_text(yaml, user->provider.value, "name");
        return name != NULL && strcmp(name, "azure") == 0 ? USER_AUTH_PROVIDER : USER_OTHER;
    }
    if (yaml_find(yaml, user->pair.value, "as").value != NULL)
        return USER_OTHER;
    for (size_t i = 0; i < ARRAY_SIZE(credentials); i++)
        if (yaml_find(yaml, user->pair.value, credentials[i]).value != NULL)
            return USER_STATIC;
    return USER_BARE;
}

/* Whether this is the URL of an AKS cluster: a host below azmk8s.io, azmk8s.us (US Government) or
 * azk8s.cn (China). */
static bool is_aks(const char *server)
{
    static const char *const domains[] = { ".azmk8s.io", ".azmk8s.us", ".azk8s.cn" };
    size_t length = strncmp(server, "https://", 8) == 0 ? strcspn(server + 8, ":/") : 0;
    for (size_t i = 0; i < ARRAY_SIZE(domains); i++) {
        size_t tail = strlen(domains[i]);
        if (length > tail && strncasecmp(server + 8 + length - tail, domains[i], tail) == 0)
            return true;
    }
    return false;
}

/* Whether a context uses the user with a server of AKS. */
static bool is_of_aks(const struct kubeconfig *file, const char *user)
{
    const struct yaml *yaml = &file->yaml;
    yaml_node_t *item;
    for (size_t i = 0; (item = yaml_item(yaml, get_list(file, "contexts"), i)) != NULL; i++) {
        const yaml_node_t *context = yaml_find(yaml, item, "context").value;
        const char *name = yaml_text(yaml, context, "user");
        const char *cluster = yaml_text(yaml, context, "cluster");
        if (name == NULL || cluster == NULL || strcmp(name, user) != 0)
            continue;
        const char *server =
            yaml_text(yaml, named_mapping(file, "clusters", cluster, "cluster"), "server");
        if (server != NULL && is_aks(server))
            return true;
    }
    return false;
}

bool user_at(const struct kubeconfig *file, size_t index, struct user *user)
{
    const struct yaml *yaml = &file->yaml;
    const yaml_node_t *item = yaml_item(yaml, get_list(file, "users"), index);
    if (item == NULL)
        return false;
    *user = (struct user){ .name = yaml_text(yaml, item, "name"),
                           .pair = yaml_find(yaml, item, "user") };
    user->provider = yaml_find(yaml, user->pair.value, "auth-provider");
    user->exec = yaml_find(yaml, user->pair.value, "exec");
    user->entry_is_flow = yaml_is_flow(item);
    user->args = yaml_find(yaml, user->exec.value, "args").value;
    user->kind = kind_of(yaml, user);
    user->is_of_aks = user->kind == USER_BARE && user->name != NULL && is_of_aks(file, user->name);
    return true;
}

/* ---- secrets ---- */

/* Keys whose values are secret. "value" is that of a variable in exec.env. */
static const char *const secret_keys[] = { "token",         "password",      "client-key-data",
                                           "access-token",  "refresh-token", "id-token",
                                           "client-secret", "value" };

/* Whether this is a flag that looks secret but names a store or a file. */
static bool is_safe_flag(const char *word)
{
    static const char *const flags[] = { "--keyring", "--token-cache-dir",
                                         "--federated-token-file" };
    for (size_t i = 0; i < ARRAY_SIZE(flags); i++) {
        size_t length = strlen(flags[i]);
        if (strncmp(word, flags[i], length) == 0 && strchr("=", word[length]) != NULL)
            return true;
    }
    return false;
}

static bool looks_secret(const char *text)
{
    static const char *const words[] = { "secret", "pass", "token", "key", "credential" };
    for (size_t i = 0; i < ARRAY_SIZE(words); i++)
        if (strcasestr(text, words[i]) != NULL)
            return true;
    return false;
}

/* Whether an argument contains a secret: --flag=VALUE, VARIABLE=VALUE, or a whole shell command. */
static bool holds_secret(const char *word)
{
    return looks_secret(word) &&
           (strpbrk(word, " \t\n") != NULL || (strchr(word, '=') != NULL && !is_safe_flag(word)));
}

/* Whether the next argument is a secret. */
static bool precedes_secret(const char *word)
{
    return word[0] == '-' && looks_secret(word) && !is_safe_flag(word);
}

/* Hides secrets in a list of arguments, of any program. Rather hides too much than too little. */
static void hide_arguments(const struct yaml *yaml, const yaml_node_t *node, struct edits *edits)
{
    const yaml_node_t *item;
    for (size_t i = 0; (item = yaml_item(yaml, node, i)) != NULL; i++) {
        const char *word = yaml_scalar(item);
        const yaml_node_t *secret = word == NULL            ? NULL
                                    : holds_secret(word)    ? item
                                    : precedes_secret(word) ? yaml_item(yaml, node, i + 1)
                                                            : NULL;
        if (secret != NULL)
            edits_add_secret(edits, yaml_span(yaml, secret));
    }
}

void users_hide_secrets(const struct kubeconfig *file, struct edits *edits)
{
    const struct yaml *yaml = &file->yaml;
    const yaml_document_t *document = &yaml->document;
    for (const yaml_node_t *node = document->nodes.start; node < document->nodes.top; node++) {
        hide_arguments(yaml, node, edits);
        for (size_t i = 0; i < ARRAY_SIZE(secret_keys); i++) {
            struct yaml_pair pair = yaml_find(yaml, node, secret_keys[i]);
            if (pair.value != NULL)
                edits_add_secret(edits, yaml_span(yaml, pair.value));
        }
    }
}
