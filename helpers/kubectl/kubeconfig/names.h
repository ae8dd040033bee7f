/* SPDX-License-Identifier: MIT */
/*
 * The entries of a kubeconfig's lists by their names, so that a lookup does not go through the
 * list: a file may have thousands.
 */
#ifndef HELPERS_KUBECTL_KUBECONFIG_NAMES_H
#define HELPERS_KUBECTL_KUBECONFIG_NAMES_H

#include <json-c/linkhash.h>

#include "helpers/kubectl/kubeconfig/yaml.h"

struct names {
    const yaml_node_t *list; /* NULL: the file has no such list */
    struct lh_table *table;
};

/* Reads the list under a key of the document. yaml must outlive *ret_names, which the caller
 * clears. */
void names_read(const struct yaml *yaml, const char *key, struct names *ret_names);

/* Sets *ret_index to that of the first entry with this name, which is the one that counts for
 * kubectl. */
bool names_find(const struct names *names, const char *name, size_t *ret_index);

void names_clear(struct names *names);

#endif
