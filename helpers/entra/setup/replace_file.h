/* SPDX-License-Identifier: MIT */
/*
 * A file of another program's, changed safely: the old one is kept beside it, and the new one takes
 * its place at once or not at all, with its owner and mode. A symbolic link stays one.
 */
#ifndef HELPERS_ENTRA_SETUP_REPLACE_FILE_H
#define HELPERS_ENTRA_SETUP_REPLACE_FILE_H

#include <limits.h>
#include <stdbool.h>

#include "common/base/error.h"
#include "common/base/secret.h"

/* Writes old, which is what the file holds, into the first of PATH.before-entra,
 * PATH.before-entra.2, ... that is not there, and gives that name in backup; then puts changed in
 * the file's place. False with ERROR_OTHER; the file then is as it was. */
bool replace_file(const char *path, const struct secret *old, const struct secret *changed,
                  char backup[PATH_MAX], struct error *error);

#endif
