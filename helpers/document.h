/* SPDX-License-Identifier: MIT */
/*
 * What a command of `entra` prints with --output json: one JSON document on stdout. The command
 * makes it and sets it once; program_main prints it when the command has ended, whole:
 *
 *     if (document_is_wanted(options))
 *         document_set(object);
 *     return ok || error_wanted(error, "cannot ...");
 *
 * A command that fails prints a document only if it found out something all the same, as `entra
 * status` does. The error, and all other messages, are JSON objects on stderr (report.h).
 */
#ifndef HELPERS_DOCUMENT_H
#define HELPERS_DOCUMENT_H

#include <stdbool.h>

#include "common/base/error.h"
#include "common/base/json.h"
#include "common/base/options.h"

/* The option --output in a table of a program's own options: its values, and the help that names
 * them, such as "text|json" and "text or json". */
#define DOCUMENT_OPTION(values, help)                                                              \
    {                                                                                              \
        "output", "FORM=" values, help, OPTION_CHOICE, offsetof(struct options, output), 0         \
    }

/* Whether --output json was given. */
bool document_is_wanted(const struct options *options);

/* Sets the document of this run, and owns it from here on: an object, or an array of items. */
void document_set(json_object *document);

/* Sets the document to an object with one text: a result that is one word or sentence. */
void document_set_text(const char *name, const char *text);

/* Takes the document back, for a command that makes it a part of its own; the caller releases it.
 * NULL if none is set. */
json_object *document_take(void);

/* Whether a document is set. */
bool document_is_set(void);

/* Adds an item to an array of the document, which is an object. Without a document, releases the
 * item. */
void document_append(const char *array, json_object *item);

/* A text as a value, which is valid UTF-8; null (NULL) if it is NULL. */
json_object *document_text(const char *text);

/* Adds a member to an object: a text, by document_text. */
void document_add(json_object *object, const char *name, const char *text);

/* Prints the document, if there is one and it is wanted; called by program_main. */
void document_print(void);

#endif
