/* SPDX-License-Identifier: MIT */
/*
 * What a command of `entra` prints with --output json: exactly one JSON document on stdout,
 * whatever happens. The command makes it and sets it once; program_main prints it when the command
 * has ended, and adds the error if it failed:
 *
 *     if (document_is_wanted(options))
 *         document_set(object);
 *     return ok || error_wanted(error, "cannot ...");
 *
 *     {"accounts":[...], "error":{"kind":"sign-in", "exitCode":5, "message":"nobody is signed in"}}
 *
 * Messages are for people, so they go to stderr as always.
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

/* Whether a document is set. */
bool document_is_set(void);

/* Adds an item to an array of the document, which is an object. Without a document, releases the
 * item. */
void document_append(const char *array, json_object *item);

/* A text as a value, which is valid UTF-8; null (NULL) if it is NULL. */
json_object *document_text(const char *text);

/* Adds a member to an object: a text, by document_text. */
void document_add(json_object *object, const char *name, const char *text);

/* ---- for program_main ---- */

/* From here on, stdout owes a document. */
void document_promise(void);

/* The command has printed it, or has begun to. */
void document_fulfil(void);

/* Prints the document, if one is owed. failure is the error with which the command ended; NULL: it
 * succeeded. It is the member `error`, beside those of an object, or beside the `items` of an
 * array, which are then not all. */
void document_print(const struct error *failure);

#endif
