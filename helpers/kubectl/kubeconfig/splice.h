/* SPDX-License-Identifier: MIT */
/*
 * Edits of a kubeconfig's nodes.
 */
#ifndef HELPERS_KUBECTL_KUBECONFIG_SPLICE_H
#define HELPERS_KUBECTL_KUBECONFIG_SPLICE_H

#include "helpers/kubectl/kubeconfig/users.h"

/* The line end of the file. */
const char *splice_newline(const struct kubeconfig *file);

/* Adds an edit of a user's (NULL: it goes with another). The text is taken over, and may be NULL
 * for want of memory. False then. */
bool splice_text(struct edits *edits, struct span span, char *text, const char *user,
                 struct error *error);

/* Another scalar in a scalar's place, in quotes where it was. False if there is no memory. */
bool splice_scalar(const struct kubeconfig *file, const yaml_node_t *node, const char *text,
                   const char *user, struct edits *edits, struct error *error);

#endif
