/* SPDX-License-Identifier: MIT */
/* What the parts of `entra setup` share. */
#define _GNU_SOURCE
#include "helpers/entra/setup/setup.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/base/columns.h"
#include "common/base/deadline.h"
#include "common/base/output.h"
#include "common/base/runtime_folder.h"
#include "common/base/subprocess.h"
#include "common/base/text.h"
#include "common/entra/child_environment.h"

#define TURN_MILLISECONDS    30000
#define COMMAND_MILLISECONDS 30000
#define COMMAND_OUTPUT_MAX   4096
#define COMMAND_INDENT       4 /* of a command's further lines on a terminal */

/* Words of a command line that are collected. */
struct collection {
    struct setup_storage *storage;
    const char **words;
    size_t count;
};

static void collect_option(void *context, const char *name, const char *value)
{
    struct collection *collection = context;
    struct setup_storage *storage = collection->storage;
    collection->words[collection->count++] = name;
    if (value == NULL)
        return;
    if (strcmp(name, "--timeout") == 0) {
        snprintf(storage->seconds, sizeof storage->seconds, "%.15s", value);
        value = storage->seconds;
    }
    collection->words[collection->count++] = value;
}

void setup_helper_options(const struct options *options, struct setup_storage *storage,
                          const char *ret_words[SETUP_WORDS_MAX])
{
    struct collection collection = { storage, ret_words, 0 };
    _Static_assert(2 * (OPTIONS_COMMON_MAX + OPTIONS_SCOPES_MAX) < SETUP_WORDS_MAX, "all fit");
    options_each(options, OPTION_OF_HELPER, collect_option, &collection);
    ret_words[collection.count] = NULL;
}

bool setup_take_turn(const struct options *options, const char *name,
                     struct single_flight *ret_flight, struct error *error)
{
    const char *const texts[] = { name, NULL };
    const struct runtime_name turn = runtime_name("setup", texts);
    int64_t deadline = deadline_in(TURN_MILLISECONDS);
    enum single_flight_role role = SINGLE_FLIGHT_LEADER;
    if (options->own[SETUP_DRY_RUN] != NULL)
        return true;
    do
        role = single_flight_join(ret_flight, turn.text, deadline);
    while (role == SINGLE_FLIGHT_FOLLOWER);
    return role == SINGLE_FLIGHT_LEADER ||
           error_set(error, ERROR_OTHER, "another process is setting up %s", name);
}

static void quote_word(FILE *text, const char *word)
{
    const char *plain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
                        "-._/:=@%+,";
    if (word[0] != '\0' && word[strspn(word, plain)] == '\0') {
        fputs(word, text);
        return;
    }
    fputc('\'', text);
    for (; *word != '\0'; word++)
        fputs(*word == '\'' ? "'\\''" : (char[]){ *word, '\0' }, text);
    fputc('\'', text);
}

char *setup_quote(char *const *words)
{
    char *text = NULL;
    size_t length = 0;
    FILE *stream = open_memstream(&text, &length);
    for (size_t i = 0; words[i] != NULL; i++) {
        if (i > 0)
            fputc(' ', stream);
        quote_word(stream, words[i]);
    }
    fclose(stream);
    return text;
}

/* Prints the command for a shell. On a terminal, one that does not fit goes on in further lines, as
 * a shell takes it too. */
static void print_command(char *const *words)
{
    static const char more[] = " \\";
    size_t width = columns_of_terminal(STDOUT_FILENO);
    autofree char *line = setup_quote((char *const[]){ words[0], NULL });
    for (size_t i = 1; words[i] != NULL; i++) {
        autofree char *word = setup_quote((char *const[]){ words[i], NULL });
        autofree char *longer = text_format("%s %s", line, word);
        size_t end = words[i + 1] != NULL ? strlen(more) : 0;
        bool fits = width == 0 || columns_of_text(longer, strlen(longer)) + end <= width;
        if (!fits)
            output_line("%s%s", line, more);
        free(line);
        line = fits ? steal(&longer) : text_format("%*s%s", COMMAND_INDENT, "", word);
    }
    output_line("%s", line);
}

void setup_set_document(const struct options *options, const char *array)
{
    if (!document_is_wanted(options) || document_is_set())
        return;
    json_object *document = json_object_new_object();
    bool is_dry_run = options->own[SETUP_DRY_RUN] != NULL;
    json_object_object_add(document, "dryRun", json_object_new_boolean(is_dry_run));
    json_object_object_add(document, array, json_object_new_array());
    document_set(document);
}

static bool fail_command(const char *line, const char *said, struct error *error)
{
    return error_set(error, ERROR_OTHER, "command failed: %.500s%s%s", line,
                     said[0] != '\0' ? ": " : "", said);
}

bool setup_run(const struct options *options, char *const *command, struct error *error)
{
    return setup_run_as(options, command, command, error);
}

bool setup_run_as(const struct options *options, char *const *shown, char *const *command,
                  struct error *error)
{
    int status = 0;
    char said[SUBPROCESS_SAID_MAX];
    autofree char *line = setup_quote(shown);
    if (document_is_wanted(options))
        document_append("commands", document_text(line));
    else
        print_command(shown);
    if (fflush(stdout) != 0)
        return error_set(error, ERROR_OTHER,
                         "cannot write to stdout, so the command is not run: %m");
    if (options->own[SETUP_DRY_RUN] != NULL)
        return true;
    auto_secret struct secret *output =
        subprocess_ask(command, child_environment_without_secrets, NULL, COMMAND_OUTPUT_MAX,
                       deadline_in(COMMAND_MILLISECONDS), &status, said, error);
    return output != NULL && (status == 0 || fail_command(line, said, error));
}

struct secret *setup_query(char *const *command, size_t max, struct error *error)
{
    int status = 0;
    char said[SUBPROCESS_SAID_MAX];
    auto_secret struct secret *output =
        subprocess_ask(command, child_environment_without_secrets, NULL, max,
                       deadline_in(COMMAND_MILLISECONDS), &status, said, error);
    if (output == NULL || status == 0 || status == 1) /* 1: git found nothing */
        return steal(&output);
    autofree char *line = setup_quote(command);
    fail_command(line, said, error);
    return NULL;
}

/* ---- plans ---- */

static void add_line(struct setup_plan *plan, const char *format, va_list args)
    __attribute__((format(printf, 2, 0)));
static void add_line(struct setup_plan *plan, const char *format, va_list args)
{
    char *line = NULL;
    plan->lines = reallocarray(plan->lines, plan->count + 1, sizeof *plan->lines);
    if (vasprintf(&line, format, args) >= 0)
        plan->lines[plan->count++] = line;
}

void setup_plan_change(struct setup_plan *plan, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    add_line(plan, format, args);
    va_end(args);
    plan->changes++;
}

void setup_plan_note(struct setup_plan *plan, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    add_line(plan, format, args);
    va_end(args);
}
