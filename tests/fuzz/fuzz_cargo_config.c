/* SPDX-License-Identifier: MIT */
/* Cargo's configuration, and the changes of entra setup cargo: our provider is there then, and
 * nothing else is another; and it can be taken away again. */
#include "helpers/entra/setup/cargo_config.h"
#include "helpers/entra/setup/toml_text.h"
#include "tests/fuzz/fuzz.h"

static const char *const words[] = { "cargo-credential-entra", "--account", "\"a\\ b", NULL };

struct count {
    size_t items, bytes;
};

static bool add_item(void *context, const struct toml_item *item)
{
    struct count *count = context;
    bool is_provider = item->depth > 2 && strcmp(item->steps[0], "registries") == 0 &&
                       strcmp(item->steps[2], "credential-provider") == 0;
    bool is_container = item->kind == TOML_INLINE_TABLE || item->kind == TOML_HEADER;
    HOLDS(item->depth > 0 && item->depth <= TOML_DEPTH_MAX && item->value.length > 0);
    HOLDS(item->line.bytes <= item->value.bytes);
    HOLDS(item->value.bytes + item->value.length <= item->line.bytes + item->line.length);
    if (is_provider || is_container) /* which are there anew, or longer */
        return true;
    count->items++;
    count->bytes += item->value.length;
    return true;
}

static struct count count_others(const struct secret *text)
{
    struct count count = { 0 };
    struct error error = { 0 };
    HOLDS(toml_text_each(text->bytes, text->length, add_item, &count, &error));
    return count;
}

static void check_change(const struct secret *text, const char *name)
{
    auto_cargo_config struct cargo_config before = { 0 }, after = { 0 }, removed = { 0 };
    auto_edits struct edits edits = { 0 }, back = { 0 };
    struct error error = { 0 };
    HOLDS(cargo_config_read(text, &before, &error));
    const struct cargo_registry *registry = cargo_config_find(&before, name);
    bool was_other = registry != NULL && registry->provider == CARGO_PROVIDER_OTHER;
    if (!cargo_config_set(&before, name, words, &edits, &error)) {
        fuzz_check_error(&error);
        return;
    }
    HOLDS(!was_other);
    edits_sort(&edits);
    auto_secret struct secret *changed = edits_apply(&edits, text);
    HOLDS(cargo_config_read(changed, &after, &error));
    registry = cargo_config_find(&after, name);
    /* A key that is there twice is not TOML, and setup refuses a change that has not the effect. */
    if (registry == NULL || !cargo_registry_has_words(registry, words))
        return;
    struct count one = count_others(text), other = count_others(changed);
    HOLDS(one.items == other.items && one.bytes == other.bytes);
    cargo_config_unset(&after, registry, &back);
    edits_sort(&back);
    auto_secret struct secret *without = edits_apply(&back, changed);
    HOLDS(cargo_config_read(without, &removed, &error));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    auto_cargo_config struct cargo_config config = { 0 };
    struct error error = { 0 };
    auto_secret struct secret *text = secret_new((const char *)data, size);
    if (!cargo_config_read(text, &config, &error)) {
        fuzz_check_error(&error);
        return 0;
    }
    check_change(text, "c");
    for (size_t i = 0; i < config.count && i < 4; i++)
        if (cargo_registry_is_name(config.registries[i].name))
            check_change(text, config.registries[i].name);
    return 0;
}
