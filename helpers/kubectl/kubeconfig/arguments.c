/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "helpers/kubectl/kubeconfig/arguments.h"

#include <string.h>

#include "common/base/text.h"
#include "helpers/kubectl/kubeconfig/command_line.h"
#include "helpers/kubectl/kubeconfig/exec_text.h"
#include "helpers/kubectl/kubeconfig/login.h"
#include "helpers/kubectl/kubeconfig/splice.h"

#define VARIABLES_MAX 256

struct arguments {
    const struct kubeconfig *file;
    const struct user *user;
    struct command_line line;
    const char *variables[2 * VARIABLES_MAX + 1]; /* names and values in turn */
};

static void arguments_clear(struct arguments *arguments)
{
    command_line_clear(&arguments->line);
}
#define auto_arguments CLEANUP(arguments_clear)

/* ---- reading ---- */

static bool read_words(struct arguments *arguments, struct error *error)
{
    const struct yaml *yaml = &arguments->file->yaml;
    const char *word;
    for (size_t i = 0; (word = yaml_scalar(yaml_item(yaml, arguments->user->args, i))) != NULL;
         i++) {
        if (i == COMMAND_LINE_WORDS)
            return error_set(error, ERROR_USAGE, "the user '%.80s' has more than %d args",
                             arguments->user->name, COMMAND_LINE_WORDS);
        arguments->line.words[arguments->line.count++].text = strdup(word);
    }
    return true;
}

/* Whether a variable sets another login method, which would take precedence over args. */
static bool is_other_login(const char *name, const char *value, const char *login)
{
    return login != NULL && strcmp(name, EXEC_TEXT_LOGIN_VARIABLE) == 0 && value[0] != '\0' &&
           strcmp(value, login) != 0;
}

/* Reads the variables of env and replaces another login method; with login NULL, none. */
static bool read_variables(struct arguments *arguments, const char *login, struct edits *edits,
                           struct error *error)
{
    const struct yaml *yaml = &arguments->file->yaml;
    const yaml_node_t *env = yaml_find(yaml, arguments->user->exec.value, "env").value;
    const yaml_node_t *item;
    size_t count = 0;
    for (size_t i = 0; (item = yaml_item(yaml, env, i)) != NULL; i++) {
        const yaml_node_t *node = yaml_find(yaml, item, "value").value;
        const char *name = yaml_text(yaml, item, "name");
        const char *value = yaml_scalar(node);
        if (name == NULL || value == NULL || yaml_is_null(node))
            continue;
        if (is_other_login(name, value, login)) {
            splice_scalar(arguments->file, node, login, edits);
            value = login;
        }
        if (count == VARIABLES_MAX)
            return error_set(error, ERROR_USAGE, "the user '%.80s' has more than %d variables",
                             arguments->user->name, VARIABLES_MAX);
        arguments->variables[2 * count] = name;
        arguments->variables[2 * count++ + 1] = value;
    }
    return true;
}

/* The login method that counts: that of the variable, or of the args; NULL if neither has one. */
static const char *login_of(const struct arguments *arguments)
{
    const char *login = NULL;
    for (const char *const *pair = arguments->variables; pair[0] != NULL; pair += 2)
        if (strcmp(pair[0], EXEC_TEXT_LOGIN_VARIABLE) == 0 && pair[1][0] != '\0')
            login = pair[1];
    return login != NULL ? login : command_line_value(&arguments->line, "--login");
}

/* ---- changing ---- */

/* Drops the options that another login had. A public client's ID is not the user's own. */
static void drop_other_options(struct arguments *arguments, const char *login)
{
    const char *client_id = command_line_value(&arguments->line, "--client-id");
    bool is_own = client_id != NULL && client_id[0] != '\0' && !login_client_is_public(client_id);
    for (const struct login_option *option = login_options; option->name != NULL; option++)
        if (!login_takes(login, option, is_own))
            command_line_drop(&arguments->line, option->name, option->is_switch);
}

static void set_args(struct arguments *arguments, const struct kubeconfig_conversion *conversion)
{
    if (conversion->login != NULL) {
        drop_other_options(arguments, conversion->login);
        command_line_set(&arguments->line, "--login", conversion->login);
    }
    for (size_t i = 0; conversion->args[i] != NULL; i++) {
        const char *value = conversion->args[i + 1];
        if (value == NULL || strncmp(value, "--", 2) == 0)
            command_line_set_flag(&arguments->line, conversion->args[i]);
        else
            command_line_set(&arguments->line, conversion->args[i++], value);
    }
}

/* ---- the edits ---- */

static const yaml_node_t *node_at(const struct arguments *arguments, size_t index)
{
    return yaml_item(&arguments->file->yaml, arguments->user->args, index);
}

static bool is_command(const char *word)
{
    return strcmp(word, "get-token") == 0;
}

/* The first word that stays; count if none does. */
static size_t first_kept(const struct arguments *arguments)
{
    size_t first = 0;
    while (first < arguments->line.count && arguments->line.words[first].is_dropped)
        first++;
    return first;
}

/* Inserts before the first word that stays, or after it if that is get-token. Existing words are
 * not rewritten, because one may be a secret and the text of an edit is shown. */
static void insert(const struct arguments *arguments, size_t first, struct edits *edits)
{
    const struct user *user = arguments->user;
    struct exec_text form = { .args = arguments->line.added,
                              .flow = yaml_is_flow(user->args),
                              .column = user->args->start_mark.column,
                              .newline = splice_newline(arguments->file) };
    struct span span = yaml_span(&arguments->file->yaml, node_at(arguments, first));
    if (is_command(arguments->line.words[first].text))
        edits_add(edits, (struct span){ span.end, span.end },
                  exec_text_items(&form, EXEC_TEXT_AFTER));
    else
        edits_add(edits, (struct span){ span.start, span.start },
                  exec_text_items(&form, EXEC_TEXT_BEFORE));
}

/* Makes a list of the added words alone: in the place of all words or of an empty list, or before
 * the command. */
static void make_list(const struct arguments *arguments, struct edits *edits)
{
    const struct user *user = arguments->user;
    const struct yaml *yaml = &arguments->file->yaml;
    const yaml_node_t *command = yaml_find(yaml, user->exec.value, "command").key;
    const yaml_node_t *place = user->args != NULL ? user->args : command;
    bool is_block = arguments->line.count > 0 && !yaml_is_flow(user->args);
    struct span span = yaml_span(yaml, place);
    struct exec_text form = { .args = arguments->line.added,
                              .flow = !is_block,
                              .column = place->start_mark.column,
                              .newline = splice_newline(arguments->file) };
    autofree char *items = exec_text_items(&form, EXEC_TEXT_ALONE);
    char *text;
    if (is_block)
        text = text_format("- %s", items);
    else if (user->args != NULL)
        text = text_format("%s[%s]", span.start == span.end ? " " : "", items);
    else if (yaml_is_flow(user->exec.value))
        text = text_format("\"args\": [%s], ", items);
    else
        text = text_format("args: [%s]%s%*s", items, form.newline, (int)form.column, "");
    if (user->args == NULL)
        span.end = span.start;
    edits_add(edits, span, text);
}

/* Removes each run of dropped words. */
static void remove_dropped(const struct arguments *arguments, struct edits *edits)
{
    for (size_t i = 0; i < arguments->line.count; i++) {
        size_t first = i;
        while (i < arguments->line.count && arguments->line.words[i].is_dropped)
            i++;
        if (i > first)
            splice_remove_items(arguments->file, arguments->user->args, first, i - 1, edits);
    }
}

static void add_edits(const struct arguments *arguments, struct edits *edits)
{
    size_t first = first_kept(arguments);
    bool has_added = arguments->line.added_count > 0;
    if (has_added && first == arguments->line.count) {
        make_list(arguments, edits); /* in the place of all words */
        return;
    }
    for (size_t i = 0; i < arguments->line.count; i++)
        if (arguments->line.words[i].is_changed && !arguments->line.words[i].is_dropped)
            splice_scalar(arguments->file, node_at(arguments, i), arguments->line.words[i].text,
                          edits);
    if (has_added)
        insert(arguments, first, edits);
    remove_dropped(arguments, edits);
}

/* ---- checking ---- */

bool arguments_check(const struct user *user, const struct kubeconfig_conversion *conversion,
                     char **line, const char *const *variables, struct error *error)
{
    struct error why = { 0 };
    if (conversion->check == NULL || conversion->check(line, variables, &why))
        return true;
    error_set(error, why.kind,
              "the user '%.80s' cannot be %s because its args or env would be refused: %s",
              user->name, user->kind == USER_OURS ? "changed" : "converted", why.message);
    error_hint(error, "%s", why.hint);
    return error_inherit(error, &why);
}

/* Checks the new command line, with the added words in their place. */
static bool check(const struct arguments *arguments, const struct kubeconfig_conversion *conversion,
                  struct error *error)
{
    char *line[1 + COMMAND_LINE_WORDS + COMMAND_LINE_ADDED + 1] = { (char *)OUR_PROGRAM };
    size_t count = 1, first = first_kept(arguments);
    bool after = first < arguments->line.count && is_command(arguments->line.words[first].text);
    if (after)
        line[count++] = arguments->line.words[first].text;
    for (size_t i = 0; i < arguments->line.added_count; i++)
        line[count++] = (char *)arguments->line.added[i];
    for (size_t i = first + after; i < arguments->line.count; i++)
        if (!arguments->line.words[i].is_dropped)
            line[count++] = arguments->line.words[i].text;
    return arguments_check(arguments->user, conversion, line, arguments->variables, error);
}

static bool load(const struct kubeconfig *file, const struct user *user, const char *login,
                 struct arguments *arguments, struct edits *edits, struct error *error)
{
    arguments->file = file;
    arguments->user = user;
    return read_words(arguments, error) && read_variables(arguments, login, edits, error);
}

bool arguments_change(const struct kubeconfig *file, const struct user *user,
                      const struct kubeconfig_conversion *conversion, struct edits *edits,
                      struct error *error)
{
    auto_arguments struct arguments arguments = { 0 };
    size_t before = edits->count;
    if (!load(file, user, conversion->login, &arguments, edits, error))
        return false;
    set_args(&arguments, conversion);
    add_edits(&arguments, edits);
    return (user->kind == USER_OURS && edits->count == before) ||
           check(&arguments, conversion, error);
}

char *arguments_login(const struct kubeconfig *file, const struct user *user)
{
    auto_arguments struct arguments arguments = { 0 };
    struct error ignored = { 0 };
    const char *login =
        load(file, user, NULL, &arguments, NULL, &ignored) ? login_of(&arguments) : NULL;
    return login != NULL ? strdup(login) : NULL;
}
