/* SPDX-License-Identifier: MIT */
/*
 * YAML by libyaml: the nodes of a text, and where in it each stands.
 */
#ifndef HELPERS_KUBECTL_KUBECONFIG_YAML_H
#define HELPERS_KUBECTL_KUBECONFIG_YAML_H

#include <stdbool.h>
#include <stddef.h>
#include <yaml.h>

#include "common/base/error.h"
#include "helpers/kubectl/kubeconfig/edits.h"

struct yaml {
    const char *text;
    size_t length;
    bool is_ascii;
    yaml_document_t document;
};

/* A key of a mapping and what stands under it. Both NULL where there is none. */
struct yaml_pair {
    yaml_node_t *key;
    yaml_node_t *value;
};

/* Reads a text that is one document without anchors, aliases and keys that stand twice. False with
 * ERROR_USAGE. Where it is true, the caller clears it; the text must outlive it. */
bool yaml_parse(const char *text, size_t length, struct yaml *yaml, struct error *error);
void yaml_clear(struct yaml *yaml);

yaml_node_t *yaml_root(const struct yaml *yaml);

/* The pair of a mapping; none where the node is NULL or no mapping. */
struct yaml_pair yaml_find(const struct yaml *yaml, const yaml_node_t *mapping, const char *key);

/* The scalar under a key; NULL where there is none. It belongs to the document. */
const char *yaml_text(const struct yaml *yaml, const yaml_node_t *mapping, const char *key);

/* The scalar that a node is; NULL where it is none. */
const char *yaml_scalar(const yaml_node_t *node);

/* The item of a sequence; NULL past its end, or where the node is NULL or no sequence. */
yaml_node_t *yaml_item(const struct yaml *yaml, const yaml_node_t *sequence, size_t index);

/* Whether the node is a mapping or sequence in brackets. */
bool yaml_is_flow(const yaml_node_t *node);

/* Whether the node is written as nothing, or as null. */
bool yaml_is_null(const yaml_node_t *node);

/* Where the node stands, without blanks and comments that follow it. */
struct span yaml_span(const struct yaml *yaml, const yaml_node_t *node);

#endif
