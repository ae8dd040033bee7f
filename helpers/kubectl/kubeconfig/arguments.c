/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "helpers/kubectl/kubeconfig/arguments.h"

#include <string.h>

#include "common/base/text.h"
#include "helpers/kubectl/kubeconfig/exec_text.h"
#include "helpers/kubectl/kubeconfig/login.h"
#include "helpers/kubectl/kubeconfig/splice.h"

#define WORDS_MAX     256 /* args of a user in the file */
#define VARIABLES_MAX 256
#define ADDED_MAX     (KUBECONFIG_ARGS + 2)

/* A word of the args in the file. */
struct word {
    char *text; /* as it will be; owned */
    bool is_changed, is_dropped;
};

struct arguments {
    const struct kubeconfig *file;
    const struct user *user;
    struct word words[WORDS_MAX];
    size_t count;
    const char *added[ADDED_MAX + 1]; /* words to insert */
    size_t added_count;
    const char *variables[2 * VARIABLES_MAX + 1]; /* names and values in turn */
};

static void arguments_clear(struct arguments *arguments)
{
    for (size_t i = 0; i < arguments->count; i++)
        free(arguments->words[i].text);
}
#define auto_arguments CLEANUP(arguments_clear)

/* ---- reading ---- */

static bool read_words(struct arguments *arguments, struct error *error)
{
    const struct yaml *yaml = &arguments->file->yaml;
    const char *word;
    for (size_t i = 0; (word = yaml_scalar(yaml_item(yaml, arguments->user->args, i))) != NULL;
         i++) {
        if (i == WORDS_MAX)
            return error_set(error, ERROR_USAGE, "the user '%.80s' has more than %d args",
                             arguments->user->name, WORDS_MAX);
        arguments->words[arguments->count++].text = strdup(word);
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

/* ---- finding options ---- */

/* Where the value of an option is: in a word, after some bytes. */
struct place {
    size_t index;
    size_t skip;
};

/* The letter of an option's short form; 0 if it has none. */
static char letter_of(const char *name)
{
    const struct login_option *option = login_option_find(name);
    return strcmp(name, "--login") == 0 ? 'l' : option != NULL ? option->letter : '\0';
}

/* Finds the value of an option if the word at an index is that option: NAME VALUE, NAME=VALUE, or
 * with its letter -l VALUE, -l=VALUE and -lVALUE. */
static bool find_value(const struct arguments *arguments, size_t index, const char *name,
                       struct place *place)
{
    const char *word = arguments->words[index].text;
    size_t length = strlen(name);
    char letter = letter_of(name);
    bool is_letter = letter != '\0' && word[0] == '-' && word[1] == letter;
    if (arguments->words[index].is_dropped)
        return false;
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
    return arguments->words[place->index].text + place->skip;
}

/* The last value of an option, which counts; NULL if it is not given. */
static const char *value_of(const struct arguments *arguments, const char *name)
{
    const char *value = NULL;
    struct place place;
    for (size_t i = 0; i < arguments->count; i++)
        if (find_value(arguments, i, name, &place))
            value = value_at(arguments, &place);
    return value;
}

static bool is_switch(const char *word, const char *name)
{
    size_t length = strlen(name);
    return strncmp(word, name, length) == 0 && (word[length] == '\0' || word[length] == '=');
}

/* The login method that counts: that of the variable, or of the args; NULL if neither has one. */
static const char *login_of(const struct arguments *arguments)
{
    const char *login = NULL;
    for (const char *const *pair = arguments->variables; pair[0] != NULL; pair += 2)
        if (strcmp(pair[0], EXEC_TEXT_LOGIN_VARIABLE) == 0 && pair[1][0] != '\0')
            login = pair[1];
    return login != NULL ? login : value_of(arguments, "--login");
}

/* ---- changing options ---- */

static void drop_option(struct arguments *arguments, const char *name, bool is_flag)
{
    struct place place;
    for (size_t i = 0; i < arguments->count; i++) {
        struct word *word = &arguments->words[i];
        if (is_flag && !word->is_dropped && is_switch(word->text, name)) {
            word->is_dropped = true;
        } else if (!is_flag && find_value(arguments, i, name, &place)) {
            word->is_dropped = true;
            arguments->words[place.index].is_dropped = true;
        }
    }
}

/* Drops the options that another login had. A public client's ID is not the user's own. */
static void drop_other_options(struct arguments *arguments, const char *login)
{
    const char *client_id = value_of(arguments, "--client-id");
    bool is_own = client_id != NULL && client_id[0] != '\0' && !login_client_is_public(client_id);
    for (const struct login_option *option = login_options; option->name != NULL; option++)
        if (!login_takes(login, option, is_own))
            drop_option(arguments, option->name, option->is_switch);
}

static void replace_value(struct arguments *arguments, const struct place *place, const char *value)
{
    struct word *word = &arguments->words[place->index];
    char *text = text_format("%.*s%s", (int)place->skip, word->text, value);
    free(word->text);
    word->text = text;
    word->is_changed = true;
}

static void add_words(struct arguments *arguments, const char *name, const char *value)
{
    arguments->added[arguments->added_count++] = name;
    if (value != NULL)
        arguments->added[arguments->added_count++] = value;
}

/* If an option is repeated, the last one counts, but every --scope does. */
static void set_option(struct arguments *arguments, const char *name, const char *value)
{
    bool is_list = strcmp(name, "--scope") == 0, found = false;
    struct place place, last = { 0 };
    for (size_t i = 0; i < arguments->count; i++) {
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
        replace_value(arguments, &last, value);
    const struct login_option *option = login_option_find(name);
    if (option != NULL && option->same_name != NULL)
        drop_option(arguments, option->same_name, false);
}

static void set_flag(struct arguments *arguments, const char *name)
{
    for (size_t i = 0; i < arguments->count; i++)
        if (!arguments->words[i].is_dropped && strcmp(arguments->words[i].text, name) == 0)
            return;
    add_words(arguments, name, NULL);
}

static void set_args(struct arguments *arguments, const struct kubeconfig_conversion *conversion)
{
    if (conversion->login != NULL) {
        drop_other_options(arguments, conversion->login);
        set_option(arguments, "--login", conversion->login);
    }
    for (size_t i = 0; conversion->args[i] != NULL; i++) {
        const char *value = conversion->args[i + 1];
        if (value == NULL || strncmp(value, "--", 2) == 0)
            set_flag(arguments, conversion->args[i]);
        else
            set_option(arguments, conversion->args[i++], value);
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
    while (first < arguments->count && arguments->words[first].is_dropped)
        first++;
    return first;
}

/* Inserts before the first word that stays, or after it if that is get-token. Existing words are
 * not rewritten, because one may be a secret and the text of an edit is shown. */
static void insert(const struct arguments *arguments, size_t first, struct edits *edits)
{
    const struct user *user = arguments->user;
    struct exec_text form = { .args = arguments->added,
                              .flow = yaml_is_flow(user->args),
                              .column = user->args->start_mark.column,
                              .newline = splice_newline(arguments->file) };
    struct span span = yaml_span(&arguments->file->yaml, node_at(arguments, first));
    if (is_command(arguments->words[first].text))
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
    bool is_block = arguments->count > 0 && !yaml_is_flow(user->args);
    struct span span = yaml_span(yaml, place);
    struct exec_text form = { .args = arguments->added,
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
    for (size_t i = 0; i < arguments->count; i++) {
        size_t first = i;
        while (i < arguments->count && arguments->words[i].is_dropped)
            i++;
        if (i > first)
            splice_remove_items(arguments->file, arguments->user->args, first, i - 1, edits);
    }
}

static void add_edits(const struct arguments *arguments, struct edits *edits)
{
    size_t first = first_kept(arguments);
    bool has_added = arguments->added_count > 0;
    if (has_added && first == arguments->count) {
        make_list(arguments, edits); /* in the place of all words */
        return;
    }
    for (size_t i = 0; i < arguments->count; i++)
        if (arguments->words[i].is_changed && !arguments->words[i].is_dropped)
            splice_scalar(arguments->file, node_at(arguments, i), arguments->words[i].text, edits);
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
    char *line[1 + WORDS_MAX + ADDED_MAX + 1] = { (char *)OUR_PROGRAM };
    size_t count = 1, first = first_kept(arguments);
    bool after = first < arguments->count && is_command(arguments->words[first].text);
    if (after)
        line[count++] = arguments->words[first].text;
    for (size_t i = 0; i < arguments->added_count; i++)
        line[count++] = (char *)arguments->added[i];
    for (size_t i = first + after; i < arguments->count; i++)
        if (!arguments->words[i].is_dropped)
            line[count++] = arguments->words[i].text;
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
