/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "helpers/entra/completion/candidates.h"

#include <string.h>

#include "common/base/printable.h"
#include "common/base/text.h"
#include "helpers/entra/completion/names.h"
#include "helpers/programs.h"

/* What is being collected, and for what. */
struct collection {
    const struct typed *typed;
    struct candidates *candidates;
    const char *beginning; /* of the words that count */
};

/* Adds a word that a terminal can show, unless it is there already. */
static void add(struct collection *collection, const char *word, size_t length, const char *help)
{
    struct candidates *candidates = collection->candidates;
    autofree char *copy = strndup(word, length);
    if (length == 0 || candidates->count == CANDIDATES_MAX || !printable_is(copy) ||
        strncmp(copy, collection->beginning, strlen(collection->beginning)) != 0)
        return;
    for (size_t i = 0; i < candidates->count; i++)
        if (strcmp(candidates->items[i].word, copy) == 0)
            return;
    candidates->items =
        reallocarray(candidates->items, candidates->count + 1, sizeof *candidates->items);
    candidates->items[candidates->count++] =
        (struct candidate){ .word = steal(&copy), .help = help };
}

static void add_commands(struct collection *collection, const struct program *program)
{
    collection->candidates->title = "command";
    for (const struct command *command = program->commands;
         command != NULL && command->name != NULL; command++)
        add(collection, command->name, strlen(command->name), command->help);
}

/* Those that the help shows, have an effect, and are not given yet, or may be given again. */
static void add_options(struct collection *collection)
{
    const struct typed *typed = collection->typed;
    collection->candidates->title = "option";
    for (size_t i = 0; i < typed->option_count; i++) {
        const struct option_spec *spec = typed->options[i];
        if (spec->help == NULL || (spec->uses & OPTION_UNUSED) != 0 ||
            (typed->is_given[i] && spec->kind != OPTION_SCOPE))
            continue;
        autofree char *word = text_format("--%s", spec->name);
        add(collection, word, strlen(word), spec->help);
    }
}

/* ---- values ---- */

static void add_words(struct collection *collection, const char *words)
{
    for (const char *word = words; *word != '\0';) {
        size_t length = strcspn(word, "|");
        add(collection, word, length, NULL);
        word += length + (word[length] == '|');
    }
}

/* The names come from anyone. As an operand, one with a dash would be an option. */
static void add_names(struct collection *collection, const char *kind)
{
    auto_secret struct secret *names = names_find(kind, collection->typed);
    bool is_operand = collection->typed->value == NULL;
    collection->candidates->title = kind + 1;
    for (size_t at = 0; names != NULL && at < names->length;) {
        const char *name = names->bytes + at;
        if (!is_operand || name[0] != '-')
            add(collection, name, strlen(name), NULL);
        at += strlen(name) + 1;
    }
}

/* The commands of entra that may follow the operands. */
static void add_next_commands(struct collection *collection)
{
    const struct typed *typed = collection->typed;
    int used = 0;
    const struct program *program =
        program_find(&entra_program, typed->operand_count, typed->operands, &used);
    if (used == typed->operand_count)
        add_commands(collection, program);
}

static void add_values(struct collection *collection, const char *values)
{
    collection->candidates->title = "value";
    if (strcmp(values, "@file") == 0)
        collection->candidates->kind = CANDIDATES_FILES;
    else if (strcmp(values, "@folder") == 0)
        collection->candidates->kind = CANDIDATES_FOLDERS;
    else if (strcmp(values, "@command") == 0)
        add_next_commands(collection);
    else if (values[0] == '@')
        add_names(collection, values);
    else
        add_words(collection, values);
}

/* ---- what is wanted ---- */

/* Nothing more is known of operands that come later; but a command may have several words. */
static bool has_operand(const struct typed *typed)
{
    const char *operand = typed->program->operand;
    return operand != NULL &&
           (typed->operand_count == 0 || strcmp(options_values(operand), "@command") == 0);
}

static void add_operands(struct collection *collection)
{
    const struct typed *typed = collection->typed;
    bool has_commands = typed->program->commands != NULL && typed->count == 0;
    if (has_operand(typed))
        add_values(collection, options_values(typed->program->operand));
    if (has_commands)
        add_commands(collection, typed->program);
    if (!has_commands && !has_operand(typed) && typed->current[0] == '\0')
        add_options(collection);
}

void candidates_find(const struct typed *typed, bool matches_itself,
                     struct candidates *ret_candidates)
{
    struct collection collection = { typed, ret_candidates, matches_itself ? "" : typed->text };
    *ret_candidates = (struct candidates){ .title = "" };
    if (typed->value != NULL)
        add_values(&collection, typed->value->argument != NULL
                                    ? options_values(typed->value->argument)
                                    : "true|false");
    else if (typed->program->runs_a_command && (typed->is_ended || typed->operand_count > 0))
        add_values(&collection, "@file");
    else if (typed->is_ended)
        return;
    else if (typed->current[0] == '-')
        add_options(&collection);
    else
        add_operands(&collection);
}

void candidates_clear(struct candidates *candidates)
{
    for (size_t i = 0; i < candidates->count; i++)
        free(candidates->items[i].word);
    free(candidates->items);
    *candidates = (struct candidates){ 0 };
}
