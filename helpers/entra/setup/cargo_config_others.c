/* SPDX-License-Identifier: MIT */
/* Whether a change of a configuration of Cargo's leaves all else as it is. */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "helpers/entra/setup/cargo_config.h"
#include "helpers/entra/setup/toml_text.h"

/* What a text has, in its order, is written to the stream. */
struct inventory {
    const char *const *names; /* of registries that may change */
    size_t count;
    FILE *stream;
};

static bool is_named(const struct inventory *inventory, const char *name)
{
    for (size_t i = 0; i < inventory->count; i++)
        if (strcmp(inventory->names[i], name) == 0)
            return true;
    return false;
}

/* The provider, or the table that may come and go with it. */
static bool may_change(const struct inventory *inventory, const struct toml_item *item)
{
    if (item->depth < 2 || strcmp(item->steps[0], CARGO_CONFIG_REGISTRIES) != 0 ||
        !is_named(inventory, item->steps[1]))
        return false;
    return item->depth == 2 ? item->kind == TOML_HEADER
                            : strcmp(item->steps[2], CARGO_CONFIG_PROVIDER) == 0;
}

/* What is in an inline table has been passed on by itself. */
static bool add_item(void *context, const struct toml_item *item)
{
    const struct inventory *inventory = context;
    bool has_value = item->kind != TOML_INLINE_TABLE && item->kind != TOML_HEADER &&
                     item->kind != TOML_ARRAY_HEADER;
    if (may_change(inventory, item))
        return true;
    for (size_t i = 0; i < item->depth; i++)
        fprintf(inventory->stream, "%zu %s.", strlen(item->steps[i]), item->steps[i]);
    fprintf(inventory->stream, "= %d ", (int)item->kind);
    if (has_value)
        fwrite(item->value.bytes, 1, item->value.length, inventory->stream);
    fputc('\n', inventory->stream);
    return true;
}

static struct secret *take_inventory(const struct secret *text, const char *const *names,
                                     size_t count)
{
    char *bytes = NULL;
    size_t size = 0;
    struct error unused = { 0 };
    struct inventory inventory = { names, count, open_memstream(&bytes, &size) };
    bool ok = toml_text_each(text->bytes, text->length, add_item, &inventory, &unused);
    fclose(inventory.stream);
    struct secret *all = ok ? secret_new(bytes, size) : NULL;
    free(bytes);
    return all;
}

bool cargo_config_keeps_others(const struct secret *before, const struct secret *after,
                               const char *const *names, size_t count)
{
    auto_secret struct secret *old = take_inventory(before, names, count);
    auto_secret struct secret *new = take_inventory(after, names, count);
    return old != NULL && new != NULL &&secret_equals(new, old->bytes, old->length);
}
