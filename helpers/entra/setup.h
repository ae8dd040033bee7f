/*
 * What `entra setup` sets up: a file each, named in the table of setup.c. All of them change
 * another program's configuration by that program's own command, shown before it is run:
 *
 *     char *const command[] = { "git", "config", "--global", key, value, NULL };
 *     return setup_run(options, command, error);
 */
#ifndef HELPERS_ENTRA_SETUP_H
#define HELPERS_ENTRA_SETUP_H

#include <stdbool.h>
#include <stddef.h>

#include "common/error.h"
#include "common/options.h"
#include "common/secret.h"

/* Each sets its program up, or with --remove undoes that. The operands are argv's words after the
 * program's name. False with any kind of error. */
bool setup_git(const struct options *options, int count, char **operands, struct error *error);

/* Whether a value of git's credential.helper is ours: entra, or a path to our program, with or
 * without options. */
bool setup_git_is_helper(const char *value);

/* Prints the command on stdout as it could be typed, and runs it; with --dry-run it only prints.
 * False with ERROR_OTHER where it fails. */
bool setup_run(const struct options *options, char *const *command, struct error *error);

/* What a command prints, at most max bytes, whatever its exit status. Nothing is shown, and
 * --dry-run does not matter: it is for looking. NULL with ERROR_USAGE where it cannot be run. The
 * caller frees it. */
struct secret *setup_look(char *const *command, size_t max, struct error *error);

/* The command's words as a shell would be given them. NULL if there is no memory. The caller frees
 * it. */
char *setup_quote(char *const *words);

#endif
