/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "helpers/kubectl/kubeconfig/credentials.h"

#include <string.h>

#include "common/base/text.h"
#include "helpers/kubectl/kubeconfig/exec_text.h"
#include "helpers/kubectl/kubeconfig/splice.h"

static char *format_exec(const struct kubeconfig *file, const char *const *args, bool flow,
                         size_t column)
{
    struct exec_text form = {
        .args = args, .flow = flow, .column = column, .newline = splice_newline(file)
    };
    return exec_text_format(&form);
}

bool credentials_include(const yaml_node_t *key)
{
    const char *name = yaml_scalar(key);
    for (size_t i = 0; name != NULL && credential_keys[i] != NULL; i++)
        if (strcmp(credential_keys[i], name) == 0)
            return true;
    return false;
}

/* Replaces the value of "user:", which has nothing in it, in the style of the entry. If the value
 * is not a block, a new block starts on the next line. */
static void fill(const struct kubeconfig *file, const struct user *user, const char *const *args,
                 struct edits *edits)
{
    size_t column = user->pair.key->start_mark.column + 2;
    autofree char *exec = format_exec(file, args, user->entry_is_flow, column);
    char *text = user->entry_is_flow
                     ? text_format("{%s}", exec)
                     : text_format("%s%*s%s", splice_newline(file), (int)column, "", exec);
    edits_add(edits, yaml_span(&file->yaml, user->pair.value), text);
}

/* Inserts the exec section before the first pair. */
static void insert(const struct kubeconfig *file, const struct user *user, const char *const *args,
                   struct edits *edits)
{
    const yaml_node_t *mapping = user->pair.value;
    const yaml_node_t *first = yaml_pair_at(&file->yaml, mapping, 0).key;
    size_t column = first->start_mark.column, at = yaml_span(&file->yaml, first).start;
    bool flow = yaml_is_flow(mapping);
    autofree char *exec = format_exec(file, args, flow, column);
    edits_add(edits, (struct span){ at, at },
              flow ? text_format("%s, ", exec)
                   : text_format("%s%s%*s", exec, splice_newline(file), (int)column, ""));
}

/* Replaces the first credential by the exec section, and removes the others. */
static bool replace(const struct kubeconfig *file, const struct user *user, const char *const *args,
                    struct edits *edits)
{
    const struct yaml *yaml = &file->yaml;
    const yaml_node_t *mapping = user->pair.value;
    struct yaml_pair pair;
    bool is_replaced = false;
    for (size_t i = 0; (pair = yaml_pair_at(yaml, mapping, i)).key != NULL; i++) {
        if (!credentials_include(pair.key))
            continue;
        if (is_replaced) {
            splice_remove_pair(file, mapping, i, edits);
            continue;
        }
        struct span span = { yaml_span(yaml, pair.key).start, yaml_span(yaml, pair.value).end };
        edits_add(edits, span,
                  format_exec(file, args, yaml_is_flow(mapping), pair.key->start_mark.column));
        is_replaced = true;
    }
    return is_replaced;
}

bool credentials_replace(const struct kubeconfig *file, const struct user *user,
                         const char *const *args, struct edits *edits, struct error *error)
{
    const yaml_node_t *value = user->pair.value;
    if (value == NULL)
        return error_set(error, ERROR_USAGE, "the user '%.80s' has no \"user:\"", user->name);
    bool is_mapping = value->type == YAML_MAPPING_NODE;
    if (!is_mapping && !yaml_is_null(value))
        return error_set(error, ERROR_USAGE, "\"user:\" of the user '%.80s' is not a mapping",
                         user->name);
    if (!is_mapping || yaml_pair_at(&file->yaml, value, 0).key == NULL)
        fill(file, user, args, edits);
    else if (!replace(file, user, args, edits))
        insert(file, user, args, edits);
    return true;
}
