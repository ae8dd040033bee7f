/* SPDX-License-Identifier: MIT */
/*
 * Changes of a text: spans of bytes that become others, and the spans that nobody is to see.
 */
#ifndef HELPERS_KUBECTL_KUBECONFIG_EDITS_H
#define HELPERS_KUBECTL_KUBECONFIG_EDITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "common/base/cleanup.h"
#include "common/base/secret.h"

struct span {
    size_t start, end; /* bytes from the text's begin; the end is not in it */
};

struct edit {
    struct span span;
    char *text; /* what comes in its place; owned */
    char *user; /* whose it is; owned, NULL: this edit goes with another of the same user */
};

/* In the order of the text once edits_sort was called; they do not overlap. */
struct edits {
    struct edit *items;
    size_t count;
    struct span *secrets; /* values that are not shown */
    size_t secret_count;
};

/* Add one; the texts are taken over even where that fails, for want of memory. */
bool edits_add(struct edits *edits, struct span span, char *text, char *user);
bool edits_add_secret(struct edits *edits, struct span span);

/* Takes out those that were added last, so that count are left. Before edits_sort. */
void edits_drop(struct edits *edits, size_t count);

/* Puts them in order. */
void edits_sort(struct edits *edits);

/* The text with all edits made. NULL if there is no memory. The caller frees it. */
struct secret *edits_apply(const struct edits *edits, const struct secret *text);

/* Prints the changed lines as a unified diff without context; secrets are shown as REDACTED. False
 * if there is no memory. */
bool edits_print_diff(const struct edits *edits, const struct secret *text, const char *path,
                      FILE *stream);

void edits_clear(struct edits *edits);
#define auto_edits CLEANUP(edits_clear)

#endif
