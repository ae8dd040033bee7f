/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "helpers/kubectl/kubeconfig/arguments.h"

#include <string.h>

#include "common/base/text.h"
#include "helpers/kubectl/kubeconfig/exec_text.h"
#include "helpers/kubectl/kubeconfig/splice.h"

#define WORDS_MAX     256 /* args of a user in the file */
#define VARIABLES_MAX 256
#define ADDED_MAX     (KUBECONFIG_ARGS + 2)

struct arguments {
    const struct kubeconfig *file;
    const struct user *user;
    char *line[1 + WORDS_MAX + ADDED_MAX + 1]; /* the new command line, program first; owned */
    size_t count;
    const char *added[ADDED_MAX + 1]; /* words to insert into args */
    size_t added_count;
    const char *variables[2 * VARIABLES_MAX + 1]; /* names and values in turn */
};

static void arguments_clear(struct arguments *arguments)
{
    for (size_t i = 0; i < arguments->count; i++)
        free(arguments->line[i]);
}
#define auto_arguments CLEANUP(arguments_clear)

/* ---- reading ---- */

static void put_word(struct arguments *arguments, const char *word)
{
    arguments->line[arguments->count++] = strdup(word);
}

static bool read_words(struct arguments *arguments, struct error *error)
{
    const struct yaml *yaml = &arguments->file->yaml;
    const char *word;
    put_word(arguments, OUR_PROGRAM);
    for (size_t i = 0; (word = yaml_scalar(yaml_item(yaml, arguments->user->args, i))) != NULL;
         i++) {
        if (i == WORDS_MAX)
            return error_set(error, ERROR_USAGE, "the user '%.80s' has more than %d args",
                             arguments->user->name, WORDS_MAX);
        put_word(arguments, word);
    }
    return true;
}

/* Whether a variable sets another login method, which would take precedence over args. */
static bool is_other_login(const char *name, const char *value, const char *login)
{
    return login != NULL && strcmp(name, "AAD_LOGIN_METHOD") == 0 && value[0] != '\0' &&
           strcmp(value, login) != 0;
}

/* Reads the variables of env and replaces another login method. */
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
            splice_scalar(arguments->file, node, login, arguments->user->name, edits);
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

/* ---- changing options ---- */

/* Where the value of an option is: in a word of the line, after some bytes. */
struct place {
    size_t index;
    size_t skip;
};

/* Finds the value of an option if the word at an index is that option: NAME VALUE, NAME=VALUE, or
 * for --login also -l VALUE, -l=VALUE and -lVALUE. */
static bool find_value(const struct arguments *arguments, size_t index, const char *name,
                       struct place *place)
{
    const char *word = arguments->line[index];
    size_t length = strlen(name);
    bool is_letter = strcmp(name, "--login") == 0 && word[0] == '-' && word[1] == 'l';
    if (strcmp(word, name) == 0 || (is_letter && word[2] == '\0'))
        *place = (struct place){ .index = index + 1 };
    else if (strncmp(word, name, length) == 0 && word[length] == '=')
        *place = (struct place){ .index = index, .skip = length + 1 };
    else if (is_letter)
        *place = (struct place){ .index = index, .skip = word[2] == '=' ? 3 : 2 };
    else
        return false;
    return place->index < arguments->count;
}

static const char *value_at(const struct arguments *arguments, const struct place *place)
{
    return arguments->line[place->index] + place->skip;
}

static void replace_value(struct arguments *arguments, const struct place *place, const char *value,
                          struct edits *edits)
{
    const yaml_node_t *item =
        yaml_item(&arguments->file->yaml, arguments->user->args, place->index - 1);
    char **word = &arguments->line[place->index];
    char *text = text_format("%.*s%s", (int)place->skip, *word, value);
    free(*word);
    *word = text;
    splice_scalar(arguments->file, item, text, arguments->user->name, edits);
}

static void add_words(struct arguments *arguments, const char *name, const char *value)
{
    arguments->added[arguments->added_count++] = name;
    if (value != NULL)
        arguments->added[arguments->added_count++] = value;
}

/* If an option is repeated, the last one counts, but every --scope does. */
static void set_option(struct arguments *arguments, const char *name, const char *value,
                       struct edits *edits)
{
    bool is_list = strcmp(name, "--scope") == 0, found = false;
    struct place place, last = { 0 };
    for (size_t i = 1; i < arguments->count; i++) {
        if (!find_value(arguments, i, name, &place))
            continue;
        if (is_list && strcmp(value_at(arguments, &place), value) == 0)
            return;
        found = !is_list;
        last = place;
    }
    if (!found)
        add_words(arguments, name, value);
    else if (strcmp(value_at(arguments, &last), value) != 0)
        replace_value(arguments, &last, value, edits);
}

static void set_flag(struct arguments *arguments, const char *name)
{
    for (size_t i = 1; i < arguments->count; i++)
        if (strcmp(arguments->line[i], name) == 0)
            return;
    add_words(arguments, name, NULL);
}

static void set_args(struct arguments *arguments, const struct kubeconfig_conversion *conversion,
                     struct edits *edits)
{
    if (conversion->login != NULL)
        set_option(arguments, "--login", conversion->login, edits);
    for (size_t i = 0; conversion->args[i] != NULL; i++) {
        const char *value = conversion->args[i + 1];
        if (value == NULL || strncmp(value, "--", 2) == 0)
            set_flag(arguments, conversion->args[i]);
        else
            set_option(arguments, conversion->args[i++], value, edits);
    }
}

/* ---- inserting words ---- */

static bool is_command(const char *word)
{
    return strcmp(word, "get-token") == 0;
}

/* Inserts before the first word, or after it if that is get-token. Existing words are not
 * rewritten, because one may be a secret and the text of an edit is shown. */
static void insert(const struct arguments *arguments, const yaml_node_t *first, struct edits *edits)
{
    const struct user *user = arguments->user;
    struct exec_text form = { .args = arguments->added,
                              .flow = yaml_is_flow(user->args),
                              .column = user->args->start_mark.column,
                              .newline = splice_newline(arguments->file) };
    struct span span = yaml_span(&arguments->file->yaml, first);
    if (is_command(yaml_scalar(first)))
        splice_text(edits, (struct span){ span.end, span.end },
                    exec_text_items(&form, EXEC_TEXT_AFTER), user->name);
    else
        splice_text(edits, (struct span){ span.start, span.start },
                    exec_text_items(&form, EXEC_TEXT_BEFORE), user->name);
}

/* Adds args to a user without any: replaces an empty list, or inserts before the command. */
static void make_list(const struct arguments *arguments, struct edits *edits)
{
    const struct user *user = arguments->user;
    const struct yaml *yaml = &arguments->file->yaml;
    const yaml_node_t *command = yaml_find(yaml, user->exec.value, "command").key;
    struct span span = yaml_span(yaml, user->args != NULL ? user->args : command);
    struct exec_text form = { .args = arguments->added, .flow = true };
    autofree char *items = exec_text_items(&form, EXEC_TEXT_ALONE);
    char *text;
    if (user->args != NULL)
        text = text_format("%s[%s]", span.start == span.end ? " " : "", items);
    else if (yaml_is_flow(user->exec.value))
        text = text_format("\"args\": [%s], ", items);
    else
        text = text_format("args: [%s]%s%*s", items, splice_newline(arguments->file),
                           (int)command->start_mark.column, "");
    if (user->args == NULL)
        span.end = span.start;
    splice_text(edits, span, text, user->name);
}

static void insert_into_line(struct arguments *arguments)
{
    size_t end = arguments->count;
    size_t at = end > 1 && is_command(arguments->line[1]) ? 2 : 1;
    for (size_t i = 0; i < arguments->added_count; i++)
        put_word(arguments, arguments->added[i]);
    /* They were appended; move each to its place. */
    for (size_t i = 0; i < arguments->added_count; i++) {
        char *word = arguments->line[end + i];
        memmove(&arguments->line[at + i + 1], &arguments->line[at + i],
                (end - at) * sizeof *arguments->line);
        arguments->line[at + i] = word;
    }
}

static void insert_added(struct arguments *arguments, struct edits *edits)
{
    const yaml_node_t *first = yaml_item(&arguments->file->yaml, arguments->user->args, 0);
    if (arguments->added_count == 0)
        return;
    insert_into_line(arguments);
    if (yaml_scalar(first) != NULL)
        insert(arguments, first, edits);
    else
        make_list(arguments, edits);
}

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

bool arguments_change(const struct kubeconfig *file, const struct user *user,
                      const struct kubeconfig_conversion *conversion, struct edits *edits,
                      struct error *error)
{
    auto_arguments struct arguments arguments = { .file = file, .user = user };
    size_t before = edits->count;
    if (!read_words(&arguments, error) ||
        !read_variables(&arguments, conversion->login, edits, error))
        return false;
    set_args(&arguments, conversion, edits);
    insert_added(&arguments, edits);
    return (user->kind == USER_OURS && edits->count == before) ||
           arguments_check(user, conversion, arguments.line, arguments.variables, error);
}
