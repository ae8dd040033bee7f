/* SPDX-License-Identifier: MIT */
/*
 * A link in a folder of the user's by which other programs find one of ours in PATH: what is in the
 * place where it is to be made. It is setup's if it leads to the absolute path of our program, of
 * whatever installation, also if that is gone; nothing else is replaced or removed.
 */
#ifndef HELPERS_ENTRA_SETUP_PROGRAM_LINK_H
#define HELPERS_ENTRA_SETUP_PROGRAM_LINK_H

#include <stdbool.h>

#include "common/base/error.h"

enum program_link_place {
    PROGRAM_LINK_FREE,  /* nothing is there */
    PROGRAM_LINK_STALE, /* one of setup's that leads to no program; it may be replaced */
    PROGRAM_LINK_TAKEN, /* anything else */
};

/* Whether this is a link that setup has made to our program of this name. */
bool program_link_is(const char *path, const char *program);

/* The same, for what is to be removed: fails with ERROR_OTHER if that cannot be found out. */
bool program_link_check(const char *path, const char *program, bool *ret_is, struct error *error);

/* What is in the place of such a link. */
enum program_link_place program_link_look(const char *path, const char *program);

/* Says what is in a place that is taken. Always returns false, with ERROR_OTHER; the caller adds
 * what to do about it. */
bool program_link_explain(const char *path, struct error *error);

#endif
