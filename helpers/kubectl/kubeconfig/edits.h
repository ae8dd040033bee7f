/* SPDX-License-Identifier: MIT */
/*
 * Edits of a text: spans of bytes with their replacements, and the spans that are never shown.
 */
#ifndef HELPERS_KUBECTL_KUBECONFIG_EDITS_H
#define HELPERS_KUBECTL_KUBECONFIG_EDITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "common/base/cleanup.h"
#include "common/base/secret.h"

struct span {
    size_t start, end; /* byte offsets into the text; end is exclusive */
};

struct edit {
    struct span span;
    char *text;     /* the replacement; owned */
    bool is_hidden; /* the text is shown as REDACTED */
};

/* Edits do not overlap. They are in the order of the text after edits_sort. */
struct edits {
    struct edit *items;
    size_t count;
    struct span *secrets; /* shown as REDACTED */
    size_t secret_count;
};

/* Adds an edit. Takes over text. */
void edits_add(struct edits *edits, struct span span, char *text);

/* Adds an edit whose text is never shown. Takes over text. */
void edits_add_hidden(struct edits *edits, struct span span, char *text);

/* Adds a span that is never shown. */
void edits_add_secret(struct edits *edits, struct span span);

/* Removes the edits added last until count are left. Only before edits_sort. */
void edits_drop(struct edits *edits, size_t count);

/* Sorts edits and secrets in the order of the text. */
void edits_sort(struct edits *edits);

/* The text with all edits applied, which must be sorted. The caller frees the result. */
struct secret *edits_apply(const struct edits *edits, const struct secret *text);

/* Prints the edits, which must be sorted, as a unified diff without context lines, with secrets as
 * REDACTED. path is shown as the file's name. */
void edits_print_diff(const struct edits *edits, const struct secret *text, const char *path,
                      FILE *stream);

void edits_clear(struct edits *edits);
#define auto_edits CLEANUP(edits_clear)

#endif
