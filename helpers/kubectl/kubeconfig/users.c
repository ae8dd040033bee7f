/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "helpers/kubectl/kubeconfig/users.h"

#include <string.h>
#include <strings.h>

#include "common/base/array.h"

static yaml_node_t *list_of(const struct kubeconfig *file, const char *list)
{
    return yaml_find(&file->yaml, yaml_root(&file->yaml), list).value;
}

yaml_node_t *named_thing(const struct kubeconfig *file, const char *list, const char *name,
                         const char *key)
{
    const yaml_node_t *items = list_of(file, list);
    yaml_node_t *item;
    for (size_t i = 0; (item = yaml_item(&file->yaml, items, i)) != NULL; i++) {
        const char *text = yaml_text(&file->yaml, item, "name");
        if (text != NULL && strcmp(text, name) == 0)
            return yaml_find(&file->yaml, item, key).value;
    }
    return NULL;
}

/* ---- what a user is ---- */

/* Another program of that name is for any OpenID Connect issuer; its options say so. */
static bool is_azures(const struct yaml *yaml, const yaml_node_t *args)
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

/* kubelogin, kubelogin.exe, kubelogin-linux-amd64. */
static enum user_kind kind_of_exec(const struct yaml *yaml, const struct user *user)
{
    const char *command = yaml_text(yaml, user->exec.value, "command");
    const char *slash = command != NULL ? strrchr(command, '/') : NULL;
    const char *name = slash != NULL ? slash + 1 : command != NULL ? command : "";
    if (strcmp(name, OUR_PROGRAM) == 0)
        return USER_OURS;
    bool is_kubelogin = strncmp(name, "kubelogin", 9) == 0;
    return is_kubelogin && is_azures(yaml, user->args) ? USER_KUBELOGIN : USER_OTHER;
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

/* AKS gives every cluster a host below azmk8s.io, or azmk8s.us, or azk8s.cn in China. */
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

static bool is_of_aks(const struct kubeconfig *file, const char *user)
{
    const struct yaml *yaml = &file->yaml;
    yaml_node_t *item;
    for (size_t i = 0; (item = yaml_item(yaml, list_of(file, "contexts"), i)) != NULL; i++) {
        const yaml_node_t *context = yaml_find(yaml, item, "context").value;
        const char *name = yaml_text(yaml, context, "user");
        const char *cluster = yaml_text(yaml, context, "cluster");
        if (name == NULL || cluster == NULL || strcmp(name, user) != 0)
            continue;
        const char *server =
            yaml_text(yaml, named_thing(file, "clusters", cluster, "cluster"), "server");
        if (server != NULL && is_aks(server))
            return true;
    }
    return false;
}

bool user_at(const struct kubeconfig *file, size_t index, struct user *user)
{
    const struct yaml *yaml = &file->yaml;
    const yaml_node_t *item = yaml_item(yaml, list_of(file, "users"), index);
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

/* ---- what nobody is to see ---- */

/* The keys of a user's credentials; value is that of a variable in exec.env. */
static const char *const secret_keys[] = { "token",         "password",      "client-key-data",
                                           "access-token",  "refresh-token", "id-token",
                                           "client-secret", "value" };

/* Flags that sound like a secret's, of stores and files. */
static bool is_harmless(const char *word)
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

static bool sounds_secret(const char *text)
{
    static const char *const words[] = { "secret", "pass", "token", "key", "credential" };
    for (size_t i = 0; i < ARRAY_SIZE(words); i++)
        if (strcasestr(text, words[i]) != NULL)
            return true;
    return false;
}

/* Whether a word holds a secret itself: --flag=VALUE, VARIABLE=VALUE, or a shell's whole line. */
static bool holds_secret(const char *word)
{
    return sounds_secret(word) &&
           (strpbrk(word, " \t\n") != NULL || (strchr(word, '=') != NULL && !is_harmless(word)));
}

/* Whether the word after it is a secret. */
static bool names_secret(const char *word)
{
    return word[0] == '-' && sounds_secret(word) && !is_harmless(word);
}

/* Arguments of any program may hold secrets. A word too much is hidden rather than one too few. */
static bool hide_arguments(const struct yaml *yaml, const yaml_node_t *node, struct edits *edits)
{
    const yaml_node_t *item;
    for (size_t i = 0; (item = yaml_item(yaml, node, i)) != NULL; i++) {
        const char *word = yaml_scalar(item);
        const yaml_node_t *secret = word == NULL         ? NULL
                                    : holds_secret(word) ? item
                                    : names_secret(word) ? yaml_item(yaml, node, i + 1)
                                                         : NULL;
        if (secret != NULL && !edits_add_secret(edits, yaml_span(yaml, secret)))
            return false;
    }
    return true;
}

bool users_hide_secrets(const struct kubeconfig *file, struct edits *edits)
{
    const struct yaml *yaml = &file->yaml;
    const yaml_document_t *document = &yaml->document;
    for (const yaml_node_t *node = document->nodes.start; node < document->nodes.top; node++) {
        if (!hide_arguments(yaml, node, edits))
            return false;
        for (size_t i = 0; i < ARRAY_SIZE(secret_keys); i++) {
            struct yaml_pair pair = yaml_find(yaml, node, secret_keys[i]);
            if (pair.value != NULL && !edits_add_secret(edits, yaml_span(yaml, pair.value)))
                return false;
        }
    }
    return true;
}
