/* SPDX-License-Identifier: MIT */
/*
 * What keeps pip and uv from running keyring although the user's files (keyring_user.h) tell them
 * to: variables, and files or sections that take precedence. A project's own files are not looked
 * at, since they differ from folder to folder.
 *
 * Sources: pip, "Configuration", _internal/configuration.py and _internal/utils/appdirs.py; uv,
 * "Configuration files", crates/uv-dirs, and what uv 0.13 shows with --show-settings.
 */
#ifndef HELPERS_ENTRA_SETUP_KEYRING_RIVALS_H
#define HELPERS_ENTRA_SETUP_KEYRING_RIVALS_H

#include <stdbool.h>
#include <stddef.h>

#include "helpers/entra/setup/keyring_user.h"

/* Is given what is in the way, and what to do about it in whole sentences. */
typedef void keyring_rival_visit(void *context, const char *text, const char *advice);

/* Passes on each of them, and returns how many there are. */
size_t keyring_rivals_each(enum keyring_user_name user, keyring_rival_visit *visit, void *context);

/* Whether a program is told, by whatever comes first, to run keyring without being asked to in its
 * command line. For one of its commands, a rival may say otherwise. */
bool keyring_rivals_let_run(enum keyring_user_name user);

#endif
