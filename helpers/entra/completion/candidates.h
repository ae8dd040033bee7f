/* SPDX-License-Identifier: MIT */
/*
 * What a shell may offer at the cursor of a command line: commands, options, and the values of
 * options and operands, as the programs' own records have them.
 */
#ifndef HELPERS_ENTRA_COMPLETION_CANDIDATES_H
#define HELPERS_ENTRA_COMPLETION_CANDIDATES_H

#include <stddef.h>

#include "common/base/cleanup.h"
#include "helpers/entra/completion/typed.h"

#define CANDIDATES_MAX 2000

enum candidates_kind {
    CANDIDATES_WORDS,
    CANDIDATES_FILES,   /* the shell knows them best */
    CANDIDATES_FOLDERS, /* likewise */
};

struct candidate {
    char *word;       /* printable; it may have anything that means something to a shell */
    const char *help; /* NULL: there is none */
};

struct candidates {
    enum candidates_kind kind;
    const char *title; /* of what the words are: "option" */
    struct candidate *items;
    size_t count;
};

/* Finds the words that begin as the one that has been typed, or if they are values, as the value;
 * if the shell matches words itself (matches_itself), all of them. The caller clears
 * *ret_candidates. */
void candidates_find(const struct typed *typed, bool matches_itself,
                     struct candidates *ret_candidates);

void candidates_clear(struct candidates *candidates);
#define auto_candidates CLEANUP(candidates_clear)

#endif
