/* SPDX-License-Identifier: MIT */
/*
 * The text of a TOML file that people write: where each table and value is, so that a tool can
 * change one and leave all else as it is. Source: TOML 1.0.0.
 *
 * Only the form is read. What does not look like TOML is refused; what TOML forbids for another
 * reason, such as a key that is there twice, is passed on as it is.
 */
#ifndef HELPERS_ENTRA_SETUP_TOML_TEXT_H
#define HELPERS_ENTRA_SETUP_TOML_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/error.h"
#include "common/base/text.h"

#define TOML_DEPTH_MAX 16

enum toml_kind {
    TOML_HEADER,       /* [table] */
    TOML_ARRAY_HEADER, /* [[table]] */
    TOML_STRING,
    TOML_OTHER, /* a number, a date, true or false */
    TOML_ARRAY,
    TOML_INLINE_TABLE,
};

/* A header or a value. The texts are parts of the whole one; the steps are valid only during the
 * call. */
struct toml_item {
    const char *const *steps; /* the keys, and indices of arrays in decimal, that lead to it */
    size_t depth;             /* how many */
    size_t outer;             /* how many of them lead to the table that its key is in */
    enum toml_kind kind;
    struct slice value;  /* the text of the value; of a header, all of it */
    struct slice key;    /* the text of its key, which may have several parts; empty in an array */
    struct slice prefix; /* of the key: what is before its last part */
    struct slice line;   /* from the beginning of its statement to the end of its last line */
    bool is_inline;      /* in an inline table or an array */
};

/* Returns whether to go on. */
typedef bool toml_visit(void *context, const struct toml_item *item);

/* Passes on each header and value, in the text's order, but what is in an array or inline table
 * before that. Returns false if a visit did, or with ERROR_USAGE if the text is not TOML; the
 * message has the number of the line, and none of the text. */
bool toml_text_each(const char *text, size_t length, toml_visit *visit, void *context,
                    struct error *error);

#endif
