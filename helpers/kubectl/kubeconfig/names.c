/* SPDX-License-Identifier: MIT */
#include "helpers/kubectl/kubeconfig/names.h"

#include <stdint.h>

void names_read(const struct yaml *yaml, const char *key, struct names *ret_names)
{
    const yaml_node_t *item;
    ret_names->list = yaml_find(yaml, yaml_root(yaml), key).value;
    ret_names->table = lh_kchar_table_new(64, NULL);
    for (size_t i = 0; (item = yaml_item(yaml, ret_names->list, i)) != NULL; i++) {
        const char *name = yaml_text(yaml, item, "name");
        if (name != NULL && lh_table_lookup_entry(ret_names->table, name) == NULL)
            lh_table_insert(ret_names->table, name, (const void *)(uintptr_t)i); /* NOLINT */
    }
}

bool names_find(const struct names *names, const char *name, size_t *ret_index)
{
    void *index = NULL;
    if (!lh_table_lookup_ex(names->table, name, &index))
        return false;
    *ret_index = (uintptr_t)index;
    return true;
}

void names_clear(struct names *names)
{
    if (names->table != NULL)
        lh_table_free(names->table);
    *names = (struct names){ 0 };
}
