/* SPDX-License-Identifier: MIT */
/*
 * Edits that replace or remove parts of a kubeconfig.
 */
#ifndef HELPERS_KUBECTL_KUBECONFIG_SPLICE_H
#define HELPERS_KUBECTL_KUBECONFIG_SPLICE_H

#include "helpers/kubectl/kubeconfig/users.h"

/* The line ending of the file: "\n" or "\r\n". */
const char *splice_newline(const struct kubeconfig *file);

/* Replaces the value of a scalar, quoted if the old one was. */
void splice_scalar(const struct kubeconfig *file, const yaml_node_t *node, const char *text,
                   struct edits *edits);

/* Removes the pair at an index of a mapping that keeps other pairs; the pair before it stays. A
 * comment on its line, or in a flow mapping before it, stays. */
void splice_remove_pair(const struct kubeconfig *file, const yaml_node_t *mapping, size_t index,
                        struct edits *edits);

/* Removes the items from first to last of a sequence; the items next to them stay. */
void splice_remove_items(const struct kubeconfig *file, const yaml_node_t *sequence, size_t first,
                         size_t last, struct edits *edits);

#endif
