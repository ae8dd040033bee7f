/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "helpers/kubectl/kubeconfig/convert.h"

#include <string.h>

#include "common/base/text.h"
#include "helpers/kubectl/kubeconfig/arguments.h"
#include "helpers/kubectl/kubeconfig/exec_text.h"
#include "helpers/kubectl/kubeconfig/splice.h"

#define WORDS_MAX (KUBECONFIG_ARGS + 16)

/* Replaces the command and the install hint, and changes the arguments. */
static bool convert_kubelogin(const struct kubeconfig *file, const struct user *user,
                              const struct kubeconfig_conversion *conversion, struct edits *edits,
                              struct error *error)
{
    const yaml_node_t *command = yaml_find(&file->yaml, user->exec.value, "command").value;
    const yaml_node_t *hint = yaml_find(&file->yaml, user->exec.value, "installHint").value;
    splice_scalar(file, command, OUR_PROGRAM, user->name, edits);
    if (yaml_scalar(hint) != NULL && strstr(yaml_scalar(hint), "kubelogin") != NULL)
        splice_text(edits, yaml_span(&file->yaml, hint), exec_text_quote(INSTALL_HINT, true), NULL);
    return arguments_change(file, user, conversion, edits, error);
}

/* ---- users that get a new exec section ---- */

struct words {
    const char *items[WORDS_MAX];
    size_t count;
};

/* Adds an option with its value, if there is one. The last item stays NULL. */
static void put_option(struct words *words, const char *name, const char *value)
{
    if (value == NULL || value[0] == '\0' || words->count + 3 > WORDS_MAX)
        return;
    words->items[words->count++] = name;
    words->items[words->count++] = value;
}

static void put_args(struct words *words, const struct kubeconfig_conversion *conversion)
{
    for (size_t i = 0; conversion->args[i] != NULL && words->count + 2 <= WORDS_MAX; i++)
        words->items[words->count++] = conversion->args[i];
}

/* Adds the settings of the azure auth-provider as kubelogin's options. */
static void put_provider(const struct kubeconfig *file, const struct user *user, const char *login,
                         struct words *words)
{
    const struct yaml *yaml = &file->yaml;
    const yaml_node_t *config = yaml_find(yaml, user->provider.value, "config").value;
    const char *mode = yaml_text(yaml, config, "config-mode");
    bool is_user = strcmp(login, "devicecode") == 0 || strcmp(login, "interactive") == 0;
    put_option(words, "--login", login);
    put_option(words, "--server-id", yaml_text(yaml, config, "apiserver-id"));
    if (is_user) /* the provider's client is for users; an app has its own ID */
        put_option(words, "--client-id", yaml_text(yaml, config, "client-id"));
    put_option(words, "--tenant-id", yaml_text(yaml, config, "tenant-id"));
    put_option(words, "--environment", yaml_text(yaml, config, "environment"));
    if (mode == NULL || mode[0] == '\0' || strcmp(mode, "0") == 0)
        words->items[words->count++] = "--legacy";
}

/* Checks that exec-credential-entra accepts the new args. */
static bool check_words(const struct user *user, const struct kubeconfig_conversion *conversion,
                        const struct words *words, struct error *error)
{
    static const char *const no_variables[] = { NULL };
    char *line[WORDS_MAX + 2] = { (char *)OUR_PROGRAM };
    memcpy(line + 1, words->items, words->count * sizeof *line);
    return arguments_check(user, conversion, line, no_variables, error);
}

static char *format_exec(const struct kubeconfig *file, const struct words *words, bool flow,
                         size_t column)
{
    struct exec_text form = {
        .args = words->items, .flow = flow, .column = column, .newline = splice_newline(file)
    };
    return exec_text_format(&form);
}

static bool convert_provider(const struct kubeconfig *file, const struct user *user,
                             const struct kubeconfig_conversion *conversion, struct edits *edits,
                             struct error *error)
{
    struct words words = { { "get-token" }, 1 };
    const yaml_node_t *key = user->provider.key;
    struct span span = yaml_span(&file->yaml, key);
    put_provider(file, user, conversion->login != NULL ? conversion->login : "devicecode", &words);
    put_args(&words, conversion);
    span.end = yaml_span(&file->yaml, user->provider.value).end;
    if (!check_words(user, conversion, &words, error))
        return false;
    bool flow = yaml_is_flow(user->pair.value);
    splice_text(edits, span, format_exec(file, &words, flow, key->start_mark.column), user->name);
    return true;
}

/* Replaces everything under "user:", in the style of the entry. If its value is not a block, a new
 * block starts on the next line. The caller's backup keeps the old credentials. */
static void replace_user(const struct kubeconfig *file, const struct user *user,
                         const struct words *words, struct edits *edits)
{
    const yaml_node_t *node = user->pair.value;
    bool is_block = node->type == YAML_MAPPING_NODE && !yaml_is_flow(node);
    size_t column = is_block ? node->start_mark.column : user->pair.key->start_mark.column + 2;
    autofree char *exec = format_exec(file, words, user->entry_is_flow, column);
    char *text = user->entry_is_flow ? text_format("{%s}", exec)
                 : is_block          ? steal(&exec)
                            : text_format("%s%*s%s", splice_newline(file), (int)column, "", exec);
    splice_text(edits, yaml_span(&file->yaml, node), text, user->name);
}

static bool convert_plain(const struct kubeconfig *file, const struct user *user,
                          const struct kubeconfig_conversion *conversion, struct edits *edits,
                          struct error *error)
{
    struct words words = { { "get-token" }, 1 };
    if (user->pair.value == NULL)
        return error_set(error, ERROR_USAGE, "the user '%.80s' has no \"user:\"", user->name);
    put_option(&words, "--login", conversion->login);
    put_args(&words, conversion);
    if (!check_words(user, conversion, &words, error))
        return false;
    replace_user(file, user, &words, edits);
    return true;
}

static bool convert_kind(const struct kubeconfig *file, const struct user *user,
                         const struct kubeconfig_conversion *conversion, struct edits *edits,
                         struct error *error)
{
    switch (user->kind) {
    case USER_OURS:
        return arguments_change(file, user, conversion, edits, error);
    case USER_KUBELOGIN:
        return convert_kubelogin(file, user, conversion, edits, error);
    case USER_AUTH_PROVIDER:
        return convert_provider(file, user, conversion, edits, error);
    case USER_BARE:
    case USER_STATIC:
        return convert_plain(file, user, conversion, edits, error);
    case USER_OTHER:
        break;
    }
    error_set(error, ERROR_USAGE, "the credentials of the user '%.80s' cannot be converted",
              user->name);
    return error_hint(error, "Only kubelogin, the azure auth-provider and credentials in the "
                             "kubeconfig itself are converted.");
}

bool convert_user(const struct kubeconfig *file, const struct user *user,
                  const struct kubeconfig_conversion *conversion, struct edits *edits,
                  struct error *error)
{
    size_t before = edits->count;
    bool ok = convert_kind(file, user, conversion, edits, error);
    if (!ok)
        edits_drop(edits, before);
    return ok;
}
