/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "helpers/kubectl/kubeconfig/convert.h"

#include <string.h>

#include "helpers/kubectl/kubeconfig/arguments.h"
#include "helpers/kubectl/kubeconfig/exec_text.h"
#include "helpers/kubectl/kubeconfig/splice.h"

#define WORDS_MAX (KUBECONFIG_ARGS + 16)

/* One word changes, and the hint for whoever lacks the program. */
static bool convert_kubelogin(const struct kubeconfig *file, const struct user *user,
                              const struct kubeconfig_wish *wish, struct edits *edits,
                              struct error *error)
{
    const yaml_node_t *command = yaml_find(&file->yaml, user->exec.value, "command").value;
    const yaml_node_t *hint = yaml_find(&file->yaml, user->exec.value, "installHint").value;
    if (!splice_scalar(file, command, OUR_PROGRAM, user->name, edits, error))
        return false;
    if (yaml_scalar(hint) != NULL && strstr(yaml_scalar(hint), "kubelogin") != NULL &&
        !splice_text(edits, yaml_span(&file->yaml, hint), exec_text_quote(INSTALL_HINT, true), NULL,
                     error))
        return false;
    return arguments_change(file, user, wish, edits, error);
}

/* ---- users that are made anew ---- */

struct words {
    const char *items[WORDS_MAX];
    size_t count;
};

/* An option and its value, where there is one. The last place stays NULL. */
static void put_option(struct words *words, const char *name, const char *value)
{
    if (value == NULL || value[0] == '\0' || words->count + 3 > WORDS_MAX)
        return;
    words->items[words->count++] = name;
    words->items[words->count++] = value;
}

static void put_wishes(struct words *words, const struct kubeconfig_wish *wish)
{
    for (size_t i = 0; wish->args[i] != NULL && words->count + 2 <= WORDS_MAX; i++)
        words->items[words->count++] = wish->args[i];
}

/* What the azure auth-provider was told, in the words that kubelogin has for it. */
static void put_provider(const struct kubeconfig *file, const struct user *user, const char *login,
                         struct words *words)
{
    const struct yaml *yaml = &file->yaml;
    const yaml_node_t *config = yaml_find(yaml, user->provider.value, "config").value;
    const char *mode = yaml_text(yaml, config, "config-mode");
    bool person = strcmp(login, "devicecode") == 0 || strcmp(login, "interactive") == 0;
    put_option(words, "--login", login);
    put_option(words, "--server-id", yaml_text(yaml, config, "apiserver-id"));
    if (person) /* it is a client for persons; an app has an id of its own */
        put_option(words, "--client-id", yaml_text(yaml, config, "client-id"));
    put_option(words, "--tenant-id", yaml_text(yaml, config, "tenant-id"));
    put_option(words, "--environment", yaml_text(yaml, config, "environment"));
    if (mode == NULL || mode[0] == '\0' || strcmp(mode, "0") == 0)
        words->items[words->count++] = "--legacy";
}

/* Whether what was put together is taken at every call. */
static bool check_words(const struct user *user, const struct kubeconfig_wish *wish,
                        const struct words *words, struct error *error)
{
    static const char *const no_variables[] = { NULL };
    char *line[WORDS_MAX + 2] = { (char *)OUR_PROGRAM };
    memcpy(line + 1, words->items, words->count * sizeof *line);
    return arguments_check(user, wish, line, no_variables, error);
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
                             const struct kubeconfig_wish *wish, struct edits *edits,
                             struct error *error)
{
    struct words words = { { "get-token" }, 1 };
    const yaml_node_t *key = user->provider.key;
    struct span span = yaml_span(&file->yaml, key);
    put_provider(file, user, wish->login != NULL ? wish->login : "devicecode", &words);
    put_wishes(&words, wish);
    span.end = yaml_span(&file->yaml, user->provider.value).end;
    return check_words(user, wish, &words, error) &&
           splice_text(
               edits, span,
               format_exec(file, &words, yaml_is_flow(user->pair.value), key->start_mark.column),
               user->name, error);
}

/* Text before and after other text, which is freed. NULL if there is no memory or text is NULL. */
static char *surround(const char *before, char *text, const char *after)
{
    char *whole = NULL;
    if (text != NULL && asprintf(&whole, "%s%s%s", before, text, after) < 0)
        whole = NULL;
    free(text);
    return whole;
}

/* The text on a line of its own, at a column; likewise. */
static char *surround_with_line(const char *newline, size_t column, char *text)
{
    char *whole = NULL;
    if (text != NULL && asprintf(&whole, "%s%*s%s", newline, (int)column, "", text) < 0)
        whole = NULL;
    free(text);
    return whole;
}

/* The whole of the user; the backup has what was there. In brackets where its entry is in some,
 * else a block, below "user:" where there was none. */
static bool replace_user(const struct kubeconfig *file, const struct user *user,
                         const struct words *words, struct edits *edits, struct error *error)
{
    const yaml_node_t *node = user->pair.value;
    bool is_block = node->type == YAML_MAPPING_NODE && !yaml_is_flow(node);
    size_t column = is_block ? node->start_mark.column : user->pair.key->start_mark.column + 2;
    char *text = format_exec(file, words, user->entry_is_flow, column);
    if (user->entry_is_flow)
        text = surround("{", text, "}");
    else if (!is_block)
        text = surround_with_line(splice_newline(file), column, text);
    return splice_text(edits, yaml_span(&file->yaml, node), text, user->name, error);
}

static bool convert_plain(const struct kubeconfig *file, const struct user *user,
                          const struct kubeconfig_wish *wish, struct edits *edits,
                          struct error *error)
{
    struct words words = { { "get-token" }, 1 };
    if (user->pair.value == NULL)
        return error_set(error, ERROR_USAGE, "the user '%.80s' has no \"user:\"", user->name);
    put_option(&words, "--login", wish->login);
    put_wishes(&words, wish);
    return check_words(user, wish, &words, error) && replace_user(file, user, &words, edits, error);
}

static bool convert_kind(const struct kubeconfig *file, const struct user *user,
                         const struct kubeconfig_wish *wish, struct edits *edits,
                         struct error *error)
{
    switch (user->kind) {
    case USER_OURS:
        return arguments_change(file, user, wish, edits, error);
    case USER_KUBELOGIN:
        return convert_kubelogin(file, user, wish, edits, error);
    case USER_AUTH_PROVIDER:
        return convert_provider(file, user, wish, edits, error);
    case USER_BARE:
    case USER_STATIC:
        return convert_plain(file, user, wish, edits, error);
    case USER_OTHER:
        break;
    }
    error_set(error, ERROR_USAGE, "the user '%.80s' has its credentials from elsewhere",
              user->name);
    return error_hint(error, "Only kubelogin, the azure auth-provider and credentials in the file "
                             "itself are converted.");
}

bool convert_user(const struct kubeconfig *file, const struct user *user,
                  const struct kubeconfig_wish *wish, struct edits *edits, struct error *error)
{
    size_t before = edits->count;
    bool ok = convert_kind(file, user, wish, edits, error);
    if (!ok)
        edits_drop(edits, before);
    return ok;
}
