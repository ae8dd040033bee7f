/* SPDX-License-Identifier: MIT */
/*
 * Strings of TOML (TOML 1.0.0, "String"): basic "..." and literal '...', and each over several
 * lines.
 */
#ifndef HELPERS_ENTRA_SETUP_TOML_STRING_H
#define HELPERS_ENTRA_SETUP_TOML_STRING_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/secret.h"

/* How long the string is that a text begins with, with its quotation marks; 0 if it has no end. */
size_t toml_string_length(const char *text, size_t length);

/* Whether a string of this text, which toml_string_length has measured, may be of several lines. */
bool toml_string_has_lines(const char *text, size_t length);

/* What such a string of one line means. The caller frees the result with secret_free. NULL if it
 * may be of several lines, or has an escape that TOML does not know. */
struct secret *toml_string_read(const char *text, size_t length);

/* A string of one line that means the text, with its quotation marks. The caller frees it. */
char *toml_string_format(const char *text);

#endif
