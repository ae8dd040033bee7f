/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "helpers/kubectl/kubeconfig/restore.h"

#include <stdio.h>
#include <string.h>

#include "common/base/array.h"
#include "common/base/text.h"
#include "helpers/kubectl/kubeconfig/credentials.h"
#include "helpers/kubectl/kubeconfig/exec_text.h"
#include "helpers/kubectl/kubeconfig/splice.h"

#define KUBELOGIN_HINT                                                                             \
    "\nkubelogin is not installed which is required to connect to AAD enabled cluster.\n\n"        \
    "To learn more, please go to https://azure.github.io/kubelogin/\n"

/* ---- values ---- */

/* Whether a plain scalar, such as 3599 or true, would be another value in quotes. */
static bool is_bare(const yaml_node_t *node)
{
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+-.";
    const char *text = yaml_scalar(node);
    return text != NULL && text[0] != '\0' && node->data.scalar.style == YAML_PLAIN_SCALAR_STYLE &&
           text[strspn(text, plain)] == '\0';
}

/* Writes a value in flow style. yaml_parse limits how deep it is. */
static void write_value(FILE *stream, const struct yaml *yaml, const yaml_node_t *node)
{
    if (node->type == YAML_MAPPING_NODE) {
        struct yaml_pair pair;
        fputc('{', stream);
        for (size_t i = 0; (pair = yaml_pair_at(yaml, node, i)).key != NULL; i++) {
            fputs(i > 0 ? ", " : "", stream);
            write_value(stream, yaml, pair.key);
            fputs(": ", stream);
            write_value(stream, yaml, pair.value);
        }
        fputc('}', stream);
    } else if (node->type == YAML_SEQUENCE_NODE) {
        const yaml_node_t *item;
        fputc('[', stream);
        for (size_t i = 0; (item = yaml_item(yaml, node, i)) != NULL; i++) {
            fputs(i > 0 ? ", " : "", stream);
            write_value(stream, yaml, item);
        }
        fputc(']', stream);
    } else if (yaml_is_null(node)) {
        fputs("null", stream);
    } else if (is_bare(node)) {
        fputs(yaml_scalar(node), stream);
    } else {
        const char *text = yaml_scalar(node);
        autofree char *quoted = exec_text_quote(text != NULL ? text : "", true);
        fputs(quoted, stream);
    }
}

/* ---- an exec section of kubelogin ---- */

static void restore_scalar(const struct kubeconfig *file, const struct user *user, const char *key,
                           const char *former, struct edits *edits)
{
    const yaml_node_t *node = yaml_find(&file->yaml, user->exec.value, key).value;
    const char *text = yaml_scalar(node);
    if (text != NULL && former != NULL && strcmp(text, former) != 0)
        splice_scalar(file, node, former, edits);
}

static bool is_our_hint(const struct kubeconfig *file, const struct user *user)
{
    const char *hint = yaml_text(&file->yaml, user->exec.value, "installHint");
    return hint != NULL && strcmp(hint, INSTALL_HINT) == 0;
}

/* Replaces the args by those of the former self, in their present style. Secrets that went with a
 * login come back too, so the text is not shown. */
static void restore_args(const struct kubeconfig *file, const struct user *user,
                         const struct kubeconfig *former_file, const struct user *former,
                         struct edits *edits)
{
    size_t count = yaml_count(former->args);
    const char **words = calloc(count + 1, sizeof *words);
    bool is_same = count == yaml_count(user->args);
    for (size_t i = 0; i < count; i++) {
        const char *word = yaml_scalar(yaml_item(&former_file->yaml, former->args, i));
        const char *now = yaml_scalar(yaml_item(&file->yaml, user->args, i));
        words[i] = word != NULL ? word : "";
        is_same = is_same && now != NULL && strcmp(words[i], now) == 0;
    }
    if (!is_same && user->args != NULL) {
        bool is_block = yaml_count(user->args) > 0 && count > 0 && !yaml_is_flow(user->args);
        struct exec_text form = { .args = words,
                                  .flow = !is_block,
                                  .column = user->args->start_mark.column,
                                  .newline = splice_newline(file) };
        autofree char *items = exec_text_items(&form, EXEC_TEXT_ALONE);
        edits_add_hidden(edits, yaml_span(&file->yaml, user->args),
                         is_block ? text_format("- %s", items) : text_format("[%s]", items));
    }
    free(words);
}

/* Gives variables that setup changed, as AAD_LOGIN_METHOD, their former values. */
static void restore_variables(const struct kubeconfig *file, const struct user *user,
                              const struct kubeconfig *former_file, const struct user *former,
                              struct edits *edits)
{
    const yaml_node_t *env = yaml_find(&file->yaml, user->exec.value, "env").value;
    const yaml_node_t *old = yaml_find(&former_file->yaml, former->exec.value, "env").value;
    const yaml_node_t *item, *other;
    for (size_t i = 0; (item = yaml_item(&file->yaml, env, i)) != NULL; i++) {
        const char *name = yaml_text(&file->yaml, item, "name");
        const yaml_node_t *value = yaml_find(&file->yaml, item, "value").value;
        for (size_t j = 0; (other = yaml_item(&former_file->yaml, old, j)) != NULL; j++) {
            const char *other_name = yaml_text(&former_file->yaml, other, "name");
            const char *text = yaml_text(&former_file->yaml, other, "value");
            if (name != NULL && other_name != NULL && strcmp(name, other_name) == 0 &&
                strcmp(name, EXEC_TEXT_LOGIN_VARIABLE) == 0 && text != NULL &&
                yaml_scalar(value) != NULL && strcmp(yaml_scalar(value), text) != 0)
                splice_scalar(file, value, text, edits);
        }
    }
}

static void restore_exec(const struct kubeconfig *file, const struct user *user,
                         const struct kubeconfig *former_file, const struct user *former,
                         struct edits *edits)
{
    static const char *const keys[] = { "command", "apiVersion" };
    const struct yaml *old = &former_file->yaml;
    for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
        restore_scalar(file, user, keys[i], yaml_text(old, former->exec.value, keys[i]), edits);
    if (is_our_hint(file, user))
        restore_scalar(file, user, "installHint", yaml_text(old, former->exec.value, "installHint"),
                       edits);
    restore_args(file, user, former_file, former, edits);
    restore_variables(file, user, former_file, former, edits);
}

/* ---- other credentials ---- */

/* The former credentials as pairs of a mapping in the style of the present one. The caller frees
 * the text, which is empty if there were none. */
static char *format_pairs(const struct kubeconfig *file, const struct user *user,
                          const struct kubeconfig *former_file, const struct user *former)
{
    const struct yaml *yaml = &former_file->yaml;
    bool flow = yaml_is_flow(user->pair.value);
    struct yaml_pair pair;
    char *text = NULL;
    size_t length = 0, count = 0;
    FILE *stream = open_memstream(&text, &length);
    for (size_t i = 0; (pair = yaml_pair_at(yaml, former->pair.value, i)).key != NULL; i++) {
        if (!credentials_include(pair.key))
            continue;
        if (count++ > 0 && flow)
            fputs(", ", stream);
        else if (count > 1)
            fprintf(stream, "%s%*s", splice_newline(file), (int)user->exec.key->start_mark.column,
                    "");
        autofree char *key = exec_text_quote(yaml_scalar(pair.key), flow);
        fprintf(stream, "%s: ", key);
        write_value(stream, yaml, pair.value);
    }
    fclose(stream);
    return text;
}

/* Puts the former credentials in the place of the exec section. */
static void restore_credentials(const struct kubeconfig *file, const struct user *user,
                                const struct kubeconfig *former_file, const struct user *former,
                                struct edits *edits)
{
    const struct yaml *yaml = &file->yaml;
    const yaml_node_t *mapping = user->pair.value;
    autofree char *pairs = format_pairs(file, user, former_file, former);
    size_t index = 0;
    while (yaml_pair_at(yaml, mapping, index).key != user->exec.key)
        index++;
    if (pairs[0] != '\0')
        edits_add_hidden(edits,
                         (struct span){ yaml_span(yaml, user->exec.key).start,
                                        yaml_span(yaml, user->exec.value).end },
                         steal(&pairs));
    else if (yaml_pair_at(yaml, mapping, 1).key == NULL)
        edits_add(edits, yaml_span(yaml, mapping), strdup("{}"));
    else
        splice_remove_pair(file, mapping, index, edits);
}

/* ---- both ---- */

void restore_user(const struct kubeconfig *file, const struct user *user,
                  const struct kubeconfig *former_file, const struct user *former,
                  struct edits *edits)
{
    if (former->exec.value != NULL && !yaml_is_null(former->exec.value))
        restore_exec(file, user, former_file, former, edits);
    else
        restore_credentials(file, user, former_file, former, edits);
}

/* An option of ours that kubelogin's get-token does not take, among the args; NULL if there is
 * none. Its converter takes --azure-config-dir, and writes AZURE_CONFIG_DIR into env. */
static const char *find_our_option(const struct kubeconfig *file, const struct user *user)
{
    static const char *const names[] = {
        "--config",    "--api",     "--scope",           "--resource",         "--tenant",
        "--authority", "--claims",  "--force-refresh",   "--managed-identity", "--account",
        "--keyring",   "--verbose", "--azure-config-dir"
    };
    const char *word;
    for (size_t i = 0; (word = yaml_scalar(yaml_item(&file->yaml, user->args, i))) != NULL; i++)
        for (size_t j = 0; j < ARRAY_SIZE(names); j++)
            if (strncmp(word, names[j], strlen(names[j])) == 0 &&
                strchr("=", word[strlen(names[j])]) != NULL)
                return names[j];
    return NULL;
}

static bool has_command(const struct kubeconfig *file, const struct user *user)
{
    const char *word;
    for (size_t i = 0; (word = yaml_scalar(yaml_item(&file->yaml, user->args, i))) != NULL; i++)
        if (strcmp(word, "get-token") == 0)
            return true;
    return false;
}

bool restore_command(const struct kubeconfig *file, const struct user *user, struct edits *edits,
                     struct error *error)
{
    const char *option = find_our_option(file, user);
    if (!has_command(file, user) || option != NULL) {
        if (option != NULL)
            error_set(
                error, ERROR_USAGE,
                "no backup has the former credentials of the user '%.80s', and kubelogin has no "
                "option %s",
                user->name, option);
        else
            error_set(error, ERROR_USAGE,
                      "no backup has the former credentials of the user '%.80s'", user->name);
        return error_hint(error, "'kubectl config set-credentials' sets others.");
    }
    restore_scalar(file, user, "command", "kubelogin", edits);
    if (is_our_hint(file, user))
        restore_scalar(file, user, "installHint", KUBELOGIN_HINT, edits);
    return true;
}
