/* SPDX-License-Identifier: MIT */
/*
 * What `entra setup` sets up: a file each, named in the table of setup.c. A program's configuration
 * is changed by its own command, shown before it is run, unless that would spoil it (kubectl drops
 * what people wrote beside the settings):
 *
 *     char *const command[] = { "git", "config", "--global", key, value, NULL };
 *     return setup_run(options, command, error);
 */
#ifndef HELPERS_ENTRA_SETUP_SETUP_H
#define HELPERS_ENTRA_SETUP_SETUP_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

#include "common/base/error.h"
#include "common/base/options.h"
#include "common/base/secret.h"

/* Each sets its program up, or with --remove undoes that. The operands are argv's words after the
 * program's name. False with any kind of error. */
bool setup_git(const struct options *options, int count, char **operands, struct error *error);
bool setup_kubectl(const struct options *options, int count, char **operands, struct error *error);

/* The options of setup alone, in options.own. */
enum setup_option {
    SETUP_CONTEXT,
    SETUP_KUBECONFIG,
    SETUP_LOGIN,
};

#define SETUP_HANDED_ON_MAX 48

/* Where those words lie that the command line does not have so. */
struct setup_room {
    char config[PATH_MAX];
    char seconds[16];
};

/* The options that go into another program's configuration, since whoever asks later gives none:
 * writes their names and values, which the helpers take, and NULL after the last. A path is made
 * absolute. */
void setup_hand_on(const struct options *options, struct setup_room *room,
                   const char *words[SETUP_HANDED_ON_MAX]);

/* Prints the command on stdout as it could be typed, and runs it; with --dry-run it only prints.
 * False with ERROR_OTHER where it fails, or cannot be shown first. */
bool setup_run(const struct options *options, char *const *command, struct error *error);

/* What a command prints, at most max bytes, whatever its exit status. Nothing is shown, and
 * --dry-run does not matter: it is for looking. NULL with ERROR_USAGE where it cannot be run. The
 * caller frees it. */
struct secret *setup_look(char *const *command, size_t max, struct error *error);

/* The command's words as a shell would be given them. NULL if there is no memory. The caller frees
 * it. */
char *setup_quote(char *const *words);

#endif
