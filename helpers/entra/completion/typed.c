/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "helpers/entra/completion/typed.h"

#include <stdlib.h>
#include <string.h>

#include "helpers/programs.h"

/* ---- options ---- */

/* A single letter is a long option only if it has a help text (options.h). */
static bool is_long(const struct option_spec *spec)
{
    return spec->name[1] != '\0' || spec->help != NULL;
}

/* Finds an option by its name, or the beginning of it that only one option has, as getopt_long
 * does. NULL if there is none. */
static const struct option_spec *find_long(const struct typed *typed, const char *name,
                                           size_t length)
{
    const struct option_spec *found = NULL;
    size_t matches = 0;
    for (size_t i = 0; i < typed->option_count; i++) {
        const struct option_spec *spec = typed->options[i];
        if (!is_long(spec) || strncmp(spec->name, name, length) != 0)
            continue;
        if (spec->name[length] == '\0')
            return spec;
        found = spec;
        matches++;
    }
    return matches == 1 ? found : NULL;
}

static const struct option_spec *find_letter(const struct typed *typed, char letter)
{
    for (size_t i = 0; i < typed->option_count; i++)
        if (typed->options[i]->name[0] == letter && typed->options[i]->name[1] == '\0')
            return typed->options[i];
    return NULL;
}

/* An option and its letter set the same member. One that may be repeated is never done with. */
static void mark_given(struct typed *typed, const struct option_spec *given)
{
    if (given->kind == OPTION_OWN_LIST)
        return;
    for (size_t i = 0; i < typed->option_count; i++)
        if (typed->options[i]->offset == given->offset)
            typed->is_given[i] = true;
}

/* Both return the option that takes the next word as its value; NULL if none does. */
static const struct option_spec *read_long(struct typed *typed, const char *word)
{
    const char *name = word + 2;
    size_t length = strcspn(name, "=");
    const struct option_spec *spec = find_long(typed, name, length);
    if (spec == NULL)
        return NULL;
    mark_given(typed, spec);
    return spec->argument != NULL && name[length] == '\0' ? spec : NULL;
}

static const struct option_spec *read_letters(struct typed *typed, const char *word)
{
    for (const char *letter = word + 1; *letter != '\0'; letter++) {
        const struct option_spec *spec = find_letter(typed, *letter);
        if (spec == NULL)
            return NULL;
        mark_given(typed, spec);
        if (spec->kind != OPTION_FLAG)
            return letter[1] == '\0' ? spec : NULL;
    }
    return NULL;
}

static void read_word(struct typed *typed, char *word)
{
    const struct option_spec *value = typed->value;
    typed->value = NULL;
    if (value != NULL)
        return;
    bool is_of_command = typed->program->runs_a_command && typed->operand_count > 0;
    if (typed->is_ended || is_of_command || word[0] != '-' || word[1] == '\0')
        typed->operands[typed->operand_count++] = word;
    else if (strcmp(word, "--") == 0)
        typed->is_ended = true;
    else
        typed->value = word[1] == '-' ? read_long(typed, word) : read_letters(typed, word);
}

/* ---- the command line ---- */

/* As helpers/main.c: what is called otherwise, as by an alias, is taken for the command for users.
 */
static const struct program *find_program(const char *path)
{
    const struct called *called = programs_find(basename(path));
    return (called != NULL ? called : &programs[0])->program;
}

/* A value in the word of its option: --name=VALUE. */
static void read_current(struct typed *typed)
{
    const char *equals = strchr(typed->current, '=');
    typed->text = typed->current;
    if (typed->value != NULL || typed->is_ended || equals == NULL ||
        strncmp(typed->current, "--", 2) != 0)
        return;
    const char *name = typed->current + 2;
    const struct option_spec *spec = find_long(typed, name, (size_t)(equals - name));
    if (spec == NULL || (spec->argument == NULL && spec->kind != OPTION_SWITCH))
        return;
    typed->value = spec;
    typed->text = equals + 1;
}

void typed_read(char **words, int count, const char *current, struct typed *ret_typed)
{
    int used = 0;
    struct typed typed = { .current = current };
    /* A shell may have variables before the program: NAME=VALUE entra ... */
    while (count > 1 && strchr(words[0], '=') != NULL) {
        words++;
        count--;
    }
    if (count > 0) {
        typed.program = program_find(find_program(words[0]), count - 1, words + 1, &used);
        typed.words = words + 1 + used;
        typed.count = count - 1 - used;
    } else {
        typed.program = programs[0].program;
    }
    const struct option_set set = program_options(typed.program);
    typed.option_count = options_list(&set, typed.options);
    typed.operands = calloc((size_t)typed.count + 1, sizeof *typed.operands);
    for (int i = 0; i < typed.count; i++)
        read_word(&typed, typed.words[i]);
    read_current(&typed);
    *ret_typed = typed;
}

void typed_clear(struct typed *typed)
{
    free(typed->operands);
    *typed = (struct typed){ 0 };
}
