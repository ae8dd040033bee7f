/* SPDX-License-Identifier: MIT */
/* The module's table of functions. */
#define _GNU_SOURCE
#include <string.h>

#include "common/base/array.h"
#include "helpers/kubectl/kubeconfig/convert.h"
#include "helpers/kubectl/kubeconfig/kubeconfig.h"

static void free_file(struct kubeconfig *file)
{
    if (file != NULL)
        yaml_clear(&file->yaml);
    free(file);
}

static void cleanup_file(struct kubeconfig **file)
{
    free_file(*file);
}

/* kubectl accepts an empty file, so an empty document is one without users. */
static bool check_root(const struct yaml *yaml, struct error *error)
{
    const yaml_node_t *root = yaml_root(yaml);
    return root == NULL || yaml_is_null(root) || root->type == YAML_MAPPING_NODE ||
           error_set(error, ERROR_USAGE, "not a kubeconfig: the document is not a mapping");
}

static bool check_size(const struct yaml *yaml, struct error *error)
{
    static const char *const lists[] = { "users", "contexts", "clusters" };
    for (size_t i = 0; i < ARRAY_SIZE(lists); i++)
        if (yaml_item(yaml, yaml_find(yaml, yaml_root(yaml), lists[i]).value, KUBECONFIG_USERS))
            return error_set(error, ERROR_USAGE, "more than %d %s", KUBECONFIG_USERS, lists[i]);
    return true;
}

static struct kubeconfig *parse_kubeconfig(const char *text, size_t length, struct error *error)
{
    struct kubeconfig *file CLEANUP(cleanup_file) = calloc(1, sizeof *file);
    if (!yaml_parse(text, length, &file->yaml, error) || !check_root(&file->yaml, error) ||
        !check_size(&file->yaml, error))
        return NULL;
    return steal(&file);
}

static const char *user_of_context(const struct kubeconfig *file, const char *context)
{
    return yaml_text(&file->yaml, named_mapping(file, "contexts", context, "context"), "user");
}

static bool find_user(const struct kubeconfig *file, const char *name, struct user *user)
{
    for (size_t i = 0; user_at(file, i, user); i++)
        if (user->name != NULL && strcmp(user->name, name) == 0)
            return true;
    return false;
}

static bool has_user(const struct kubeconfig *file, const char *name)
{
    struct user user;
    return find_user(file, name, &user);
}

static bool is_ours(const struct kubeconfig *file, const char *name)
{
    struct user user;
    return find_user(file, name, &user) && user.kind == USER_OURS;
}

/* Whether a user is converted without being named. A user with a certificate or token is not: that
 * may be the only way into a cluster without Entra. */
static bool is_converted_by_default(const struct user *user)
{
    return user->name != NULL &&
           (user->kind == USER_KUBELOGIN || user->kind == USER_AUTH_PROVIDER ||
            (user->kind == USER_BARE && user->is_of_aks));
}

static void warn(const struct error *error)
{
    warning("%s; the user is left unchanged%s%s", error->message,
            error->hint[0] != '\0' ? ". " : "", error->hint);
}

static bool convert_all(const struct kubeconfig *file,
                        const struct kubeconfig_conversion *conversion, struct edits *edits,
                        struct error *error)
{
    struct user user;
    struct error first = { 0 };
    for (size_t i = 0; user_at(file, i, &user); i++) {
        struct error why = { 0 };
        if (!is_converted_by_default(&user) || convert_user(file, &user, conversion, edits, &why))
            continue;
        if (first.kind != ERROR_NONE)
            warn(&why);
        else
            first = why;
    }
    if (first.kind != ERROR_NONE && edits->count == 0) {
        *error = first;
        return false;
    }
    if (first.kind != ERROR_NONE)
        warn(&first);
    return true;
}

static bool convert_users(const struct kubeconfig *file, const char *name,
                          const struct kubeconfig_conversion *conversion, struct edits *edits,
                          struct error *error)
{
    struct user user;
    bool ok = name == NULL ? convert_all(file, conversion, edits, error)
                           : find_user(file, name, &user) &&
                                 convert_user(file, &user, conversion, edits, error);
    users_hide_secrets(file, edits);
    edits_sort(edits);
    return ok;
}

MODULE_EXPORT extern const struct kubeconfig_module entra_module;
const struct kubeconfig_module entra_module = {
    .head = MODULE_HEAD,
    .parse = parse_kubeconfig,
    .free = free_file,
    .user_of_context = user_of_context,
    .has_user = has_user,
    .is_ours = is_ours,
    .convert = convert_users,
};
