/* SPDX-License-Identifier: MIT */
/* The module's table of functions. */
#define _GNU_SOURCE
#include "common/base/cleanup.h"
#include "helpers/kubectl/kubeconfig/arguments.h"
#include "helpers/kubectl/kubeconfig/convert.h"
#include "helpers/kubectl/kubeconfig/hidden.h"
#include "helpers/kubectl/kubeconfig/kubeconfig.h"
#include "helpers/kubectl/kubeconfig/restore.h"

static void free_file(struct kubeconfig *file)
{
    if (file == NULL)
        return;
    users_clear(file);
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

static struct kubeconfig *parse_kubeconfig(const char *text, size_t length, struct error *error)
{
    struct kubeconfig *file CLEANUP(cleanup_file) = calloc(1, sizeof *file);
    if (!yaml_parse(text, length, &file->yaml, error) || !check_root(&file->yaml, error))
        return NULL;
    users_read(file);
    return steal(&file);
}

static size_t count_users(const struct kubeconfig *file)
{
    return yaml_count(file->users.list);
}

static bool find_user(const struct kubeconfig *file, const char *name, size_t *ret_user)
{
    return names_find(&file->users, name, ret_user);
}

static const char *user_name(const struct kubeconfig *file, size_t index)
{
    struct user user;
    return user_at(file, index, &user) ? user.name : NULL;
}

static void each_context(const struct kubeconfig *file,
                         void (*visit)(void *context, const char *name), void *context)
{
    const yaml_node_t *item;
    for (size_t i = 0; (item = yaml_item(&file->yaml, file->contexts.list, i)) != NULL; i++) {
        const char *name = yaml_text(&file->yaml, item, "name");
        if (name != NULL)
            visit(context, name);
    }
}

static bool is_ours(const struct kubeconfig *file, size_t index)
{
    struct user user;
    return user_at(file, index, &user) && user.kind == USER_OURS;
}

static char *login_of_user(const struct kubeconfig *file, size_t index)
{
    struct user user;
    return user_at(file, index, &user) ? arguments_login(file, &user) : NULL;
}

static enum kubeconfig_outcome convert(const struct kubeconfig *file, size_t index,
                                       const struct kubeconfig_conversion *conversion,
                                       bool is_named, struct edits *edits, struct error *error)
{
    struct user user;
    return user_at(file, index, &user)
               ? convert_user(file, &user, conversion, is_named, edits, error)
               : KUBECONFIG_OTHER;
}

static enum kubeconfig_outcome restore(const struct kubeconfig *file, size_t index,
                                       const struct kubeconfig *former_file, size_t former_index,
                                       struct edits *edits, struct error *error)
{
    struct user user, former;
    size_t before = edits->count;
    if (!user_at(file, index, &user) || user.kind != USER_OURS || user.name == NULL)
        return KUBECONFIG_OTHER;
    if (former_file != NULL) {
        if (!user_at(former_file, former_index, &former) || former.kind == USER_OURS)
            return KUBECONFIG_OTHER;
        restore_user(file, &user, former_file, &former, edits);
    } else if (!restore_command(file, &user, edits, error)) {
        return KUBECONFIG_REFUSED;
    }
    return edits->count > before ? KUBECONFIG_CONVERTED : KUBECONFIG_OTHER;
}

static void finish(const struct kubeconfig *file, struct edits *edits)
{
    hidden_add(&file->yaml, edits);
    edits_sort(edits);
}

MODULE_EXPORT extern const struct kubeconfig_module entra_module;
const struct kubeconfig_module entra_module = {
    .head = MODULE_HEAD,
    .parse = parse_kubeconfig,
    .free = free_file,
    .count = count_users,
    .find = find_user,
    .name = user_name,
    .user_of_context = context_user,
    .each_context = each_context,
    .is_ours = is_ours,
    .login = login_of_user,
    .convert = convert,
    .restore = restore,
    .finish = finish,
};
