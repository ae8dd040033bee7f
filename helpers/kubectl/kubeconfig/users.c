/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "helpers/kubectl/kubeconfig/users.h"

#include <string.h>
#include <strings.h>

#include "common/base/array.h"
#include "common/base/text.h"

const char *const credential_keys[] = { "exec",
                                        "auth-provider",
                                        "token",
                                        "tokenFile",
                                        "username",
                                        "password",
                                        "client-certificate",
                                        "client-certificate-data",
                                        "client-key",
                                        "client-key-data",
                                        NULL };

/* The mapping under key ("cluster", "context") in an entry of a list. */
static const yaml_node_t *entry_value(const struct kubeconfig *file, const struct names *names,
                                      size_t index, const char *key)
{
    return yaml_find(&file->yaml, yaml_item(&file->yaml, names->list, index), key).value;
}

const char *context_user(const struct kubeconfig *file, const char *context)
{
    size_t index = 0;
    if (!names_find(&file->contexts, context, &index))
        return NULL;
    return yaml_text(&file->yaml, entry_value(file, &file->contexts, index, "context"), "user");
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

/* The name of a program without folders, of either kind, and .exe. */
static struct slice program_name(const char *command)
{
    const char *name = command;
    for (const char *c = command; *c != '\0'; c++)
        if (*c == '/' || *c == '\\')
            name = c + 1;
    size_t length = strlen(name);
    if (length > 4 && strcasecmp(name + length - 4, ".exe") == 0)
        length -= 4;
    return (struct slice){ name, length };
}

/* Whether this is kubelogin under one of its names: kubelogin, Kubelogin, azure-kubelogin,
 * kubelogin-linux-amd64... kubelogin's own converter looks for the word too. */
static bool is_kubelogin(struct slice program)
{
    static const char word[] = "kubelogin";
    size_t length = sizeof word - 1;
    for (size_t i = 0; i + length <= program.length; i++)
        if (strncasecmp(program.bytes + i, word, length) == 0)
            return true;
    return false;
}

static enum user_kind kind_of_exec(const struct yaml *yaml, const struct user *user)
{
    const char *command = yaml_text(yaml, user->exec.value, "command");
    struct slice program = program_name(command != NULL ? command : "");
    if (program.length == strlen(OUR_PROGRAM) &&
        strncmp(program.bytes, OUR_PROGRAM, program.length) == 0)
        return USER_OURS;
    return is_kubelogin(program) && is_azure_kubelogin(yaml, user->args) ? USER_KUBELOGIN
                                                                         : USER_OTHER;
}

static enum user_kind kind_of(const struct yaml *yaml, const struct user *user)
{
    if (user->exec.value != NULL && !yaml_is_null(user->exec.value))
        return kind_of_exec(yaml, user);
    if (user->provider.value != NULL && !yaml_is_null(user->provider.value)) {
        const char *name = yaml_text(yaml, user->provider.value, "name");
        return name != NULL && strcmp(name, "azure") == 0 ? USER_AUTH_PROVIDER : USER_OTHER;
    }
    for (size_t i = 0; credential_keys[i] != NULL; i++) {
        const yaml_node_t *value = yaml_find(yaml, user->pair.value, credential_keys[i]).value;
        if (value != NULL && !yaml_is_null(value))
            return USER_STATIC;
    }
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

/* Whether the server of a cluster is one of AKS. */
static bool is_cluster_of_aks(const struct kubeconfig *file, const char *cluster)
{
    size_t index = 0;
    if (!names_find(&file->clusters, cluster, &index))
        return false;
    const char *server =
        yaml_text(&file->yaml, entry_value(file, &file->clusters, index, "cluster"), "server");
    return server != NULL && is_aks(server);
}

/* Collects the names of users whom a context uses with a server of AKS. */
static void read_aks_users(struct kubeconfig *file)
{
    const struct yaml *yaml = &file->yaml;
    file->aks_users = lh_kchar_table_new(64, NULL);
    for (size_t i = 0; yaml_item(yaml, file->contexts.list, i) != NULL; i++) {
        const yaml_node_t *context = entry_value(file, &file->contexts, i, "context");
        const char *user = yaml_text(yaml, context, "user");
        const char *cluster = yaml_text(yaml, context, "cluster");
        if (user != NULL && cluster != NULL &&
            lh_table_lookup_entry(file->aks_users, user) == NULL &&
            is_cluster_of_aks(file, cluster))
            lh_table_insert(file->aks_users, user, NULL);
    }
}

void users_read(struct kubeconfig *file)
{
    names_read(&file->yaml, "users", &file->users);
    names_read(&file->yaml, "contexts", &file->contexts);
    names_read(&file->yaml, "clusters", &file->clusters);
    read_aks_users(file);
}

void users_clear(struct kubeconfig *file)
{
    names_clear(&file->users);
    names_clear(&file->contexts);
    names_clear(&file->clusters);
    if (file->aks_users != NULL)
        lh_table_free(file->aks_users);
}

bool user_at(const struct kubeconfig *file, size_t index, struct user *ret_user)
{
    const struct yaml *yaml = &file->yaml;
    const yaml_node_t *item = yaml_item(yaml, file->users.list, index);
    if (item == NULL)
        return false;
    struct user user = { .name = yaml_text(yaml, item, "name"),
                         .pair = yaml_find(yaml, item, "user") };
    user.provider = yaml_find(yaml, user.pair.value, "auth-provider");
    user.exec = yaml_find(yaml, user.pair.value, "exec");
    user.entry_is_flow = yaml_is_flow(item);
    user.args = yaml_find(yaml, user.exec.value, "args").value;
    user.kind = kind_of(yaml, &user);
    user.is_of_aks = user.kind == USER_BARE && user.name != NULL &&
                     lh_table_lookup_entry(file->aks_users, user.name) != NULL;
    *ret_user = user;
    return true;
}
