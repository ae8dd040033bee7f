/* SPDX-License-Identifier: MIT */
/*
 * YAML documents read by libyaml: their nodes, and the bytes of the text that each node spans.
 */
#ifndef HELPERS_KUBECTL_KUBECONFIG_YAML_H
#define HELPERS_KUBECTL_KUBECONFIG_YAML_H

#include <stdbool.h>
#include <stddef.h>
#include <yaml.h>

#include "common/base/error.h"
#include "helpers/kubectl/kubeconfig/edits.h"

struct yaml {
    const char *text; /* not owned */
    size_t length;
    size_t *offsets; /* the bytes at which characters begin, at equal distances; owned */
    size_t offset_count;
    yaml_document_t document;
};

/* A key of a mapping and its value. Both are NULL if the mapping has no such key. */
struct yaml_pair {
    yaml_node_t *key;
    yaml_node_t *value;
};

/* Parses a text of one document, which empty ones may follow, without anchors, aliases, merge keys
 * and duplicate keys. text must outlive *ret_yaml. Fails with ERROR_USAGE. On success the caller
 * clears *ret_yaml. */
bool yaml_parse(const char *text, size_t length, struct yaml *ret_yaml, struct error *error);
void yaml_clear(struct yaml *yaml);

/* Nodes and strings belong to the document. */

/* The root node; NULL if the document is empty. */
yaml_node_t *yaml_root(const struct yaml *yaml);

/* The pair with this key. mapping may be NULL or another kind of node, which has no pairs. */
struct yaml_pair yaml_find(const struct yaml *yaml, const yaml_node_t *mapping, const char *key);

/* The pair at an index; NULLs past the last one. mapping as for yaml_find. */
struct yaml_pair yaml_pair_at(const struct yaml *yaml, const yaml_node_t *mapping, size_t index);

/* The scalar under a key; NULL if there is none. */
const char *yaml_text(const struct yaml *yaml, const yaml_node_t *mapping, const char *key);

/* The string of a scalar node; NULL if the node is NULL or not a scalar, or has a NUL byte. */
const char *yaml_scalar(const yaml_node_t *node);

/* An item of a sequence; NULL past its end, or if sequence is NULL or another kind of node. */
yaml_node_t *yaml_item(const struct yaml *yaml, const yaml_node_t *sequence, size_t index);

/* The number of items of a sequence; 0 if it is NULL or another kind of node. */
size_t yaml_count(const yaml_node_t *sequence);

/* Whether the node is a mapping or sequence in flow style: {...} or [...]. */
bool yaml_is_flow(const yaml_node_t *node);

/* Whether the node is null: empty, "null" or "~". */
bool yaml_is_null(const yaml_node_t *node);

/* The bytes of the node, without the whitespace and comments that follow it. */
struct span yaml_span(const struct yaml *yaml, const yaml_node_t *node);

#endif
