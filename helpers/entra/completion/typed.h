/* SPDX-License-Identifier: MIT */
/*
 * A command line that is being typed: which program it is for, what it has already, and what is
 * wanted at the cursor. Made from the programs' own records, as their parser is.
 *
 *     entra setup kubectl --dry-run --context pr|       the value of --context; "pr" so far
 *
 * This only reads: whatever has been typed, there is an answer, if only that nothing is wanted.
 */
#ifndef HELPERS_ENTRA_COMPLETION_TYPED_H
#define HELPERS_ENTRA_COMPLETION_TYPED_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/options.h"
#include "helpers/program.h"

#define TYPED_WORDS_MAX 500

struct typed {
    const struct program *program; /* or the command that the first words lead to */
    char **words;                  /* those after its name and before the cursor; not owned */
    int count;
    char **operands; /* those of them that are not options; owned */
    int operand_count;

    const struct option_spec *options[OPTIONS_MAX]; /* that the program takes */
    bool is_given[OPTIONS_MAX];
    size_t option_count;

    bool is_ended;                   /* by "--": what follows is operands only */
    const struct option_spec *value; /* the option whose value is wanted; NULL: no value is */
    const char *current;             /* the word at the cursor, up to there; not owned */
    const char *text;                /* current, without the option's name before its value */
};

/* Reads the words of a command line, the first of which is what was called, and the word at the
 * cursor, which may be "". The texts must outlive *ret_typed, which the caller clears. */
void typed_read(char **words, int count, const char *current, struct typed *ret_typed);

void typed_clear(struct typed *typed);
#define auto_typed CLEANUP(typed_clear)

#endif
