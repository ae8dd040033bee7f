/* SPDX-License-Identifier: MIT */
/*
 * Edits that replace nodes of a kubeconfig. user is the name of the user that changes, or NULL if
 * the edit is part of another (struct edit).
 */
#ifndef HELPERS_KUBECTL_KUBECONFIG_SPLICE_H
#define HELPERS_KUBECTL_KUBECONFIG_SPLICE_H

#include "helpers/kubectl/kubeconfig/users.h"

/* The line ending of the file: "\n" or "\r\n". */
const char *splice_newline(const struct kubeconfig *file);

/* Replaces a span with text, and takes over text. */
void splice_text(struct edits *edits, struct span span, char *text, const char *user);

/* Replaces the value of a scalar, quoted if the old one was. */
void splice_scalar(const struct kubeconfig *file, const yaml_node_t *node, const char *text,
                   const char *user, struct edits *edits);

#endif
