/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "helpers/entra/setup/cargo_config.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/array.h"
#include "helpers/entra/setup/toml_string.h"
#include "helpers/entra/setup/toml_text.h"

#define PROGRAM           "cargo-credential-entra"
#define REGISTRIES        CARGO_CONFIG_REGISTRIES
#define PROVIDER          CARGO_CONFIG_PROVIDER
#define REGISTRY_NAME_MAX 64

/* Steps: registries, a name, a member. */
enum depth {
    DEPTH_REGISTRIES = 1,
    DEPTH_REGISTRY,
    DEPTH_MEMBER,
    DEPTH_WORD,
};

static void registry_clear(struct cargo_registry *registry)
{
    free(registry->name);
    free(registry->index);
    for (size_t i = 0; i < registry->word_count; i++)
        free(registry->words[i]);
}

void cargo_config_clear(struct cargo_config *config)
{
    for (size_t i = 0; i < config->count; i++)
        registry_clear(&config->registries[i]);
    free(config->registries);
    free(config->secrets);
}

/* ---- reading ---- */

static struct cargo_registry *find(const struct cargo_config *config, const char *name)
{
    for (size_t i = 0; i < config->count; i++)
        if (strcmp(config->registries[i].name, name) == 0)
            return &config->registries[i];
    return NULL;
}

const struct cargo_registry *cargo_config_find(const struct cargo_config *config, const char *name)
{
    return find(config, name);
}

static struct cargo_registry *find_or_add(struct cargo_config *config, const char *name)
{
    struct cargo_registry *registry = find(config, name);
    if (registry != NULL || config->count == CARGO_REGISTRIES_MAX)
        return registry;
    config->registries =
        reallocarray(config->registries, config->count + 1, sizeof *config->registries);
    registry = &config->registries[config->count++];
    *registry = (struct cargo_registry){ .name = strdup(name), .is_table = true };
    return registry;
}

/* NULL if the value is not a string of one line without a NUL. */
static char *read_string(const struct toml_item *item)
{
    if (item->kind != TOML_STRING)
        return NULL;
    auto_secret struct secret *text = toml_string_read(item->value.bytes, item->value.length);
    return text != NULL && strlen(text->bytes) == text->length ? strdup(text->bytes) : NULL;
}

static void add_word(struct cargo_registry *registry, char *word)
{
    if (word != NULL && registry->word_count < CARGO_WORDS_MAX)
        registry->words[registry->word_count++] = word;
    else
        free(word);
}

/* Cargo splits a string at these. */
static const char blanks[] = " \t\n\r";

static void add_words(struct cargo_registry *registry, const char *text)
{
    while (*(text += strspn(text, blanks)) != '\0') {
        size_t length = strcspn(text, blanks);
        add_word(registry, strndup(text, length));
        text += length;
    }
}

static bool is_our_program(const char *path)
{
    return strcmp(basename(path), PROGRAM) == 0;
}

bool cargo_provider_is_ours(const char *provider)
{
    provider += strspn(provider, blanks);
    autofree char *program = strndup(provider, strcspn(provider, blanks));
    return is_our_program(program);
}

static bool is_ours(const struct cargo_registry *registry)
{
    return registry->word_count > 0 && is_our_program(registry->words[0]);
}

static void read_provider(struct cargo_registry *registry, const struct toml_item *item)
{
    autofree char *text = read_string(item);
    if (text != NULL)
        add_words(registry, text);
    registry->provider = is_ours(registry) ? CARGO_PROVIDER_OURS : CARGO_PROVIDER_OTHER;
    registry->value = item->value;
    registry->value_line = item->line;
    registry->value_key = item->key;
}

static bool is_header(const struct toml_item *item)
{
    return item->kind == TOML_HEADER || item->kind == TOML_ARRAY_HEADER;
}

/* Where a line may be added, or in an inline table a member. */
static void note_place(struct cargo_registry *registry, const struct toml_item *item)
{
    bool is_provider = registry->value_key.bytes == item->key.bytes;
    registry->is_dotted = registry->is_dotted || item->outer < DEPTH_REGISTRY;
    if (item->is_inline ? item->outer != DEPTH_REGISTRY : item->depth != DEPTH_MEMBER)
        return;
    if (!item->is_inline) {
        registry->is_table = registry->is_table && registry->table.bytes == NULL;
        registry->last_line = item->line;
        registry->prefix = item->prefix;
    } else if (registry->value.bytes == NULL) {
        registry->member_before = item->value.bytes + item->value.length;
    } else if (!is_provider && registry->member_after == NULL) {
        registry->member_after = item->key.bytes;
    }
}

static void read_member(struct cargo_config *config, struct cargo_registry *registry,
                        const struct toml_item *item)
{
    static const char *const secret_members[] = { "token", "secret-key" };
    const char *key = item->steps[DEPTH_MEMBER - 1];
    if (strcmp(key, PROVIDER) == 0)
        read_provider(registry, item);
    else if (strcmp(key, "index") == 0 && registry->index == NULL)
        registry->index = read_string(item);
    for (size_t i = 0; i < ARRAY_SIZE(secret_members); i++) {
        if (strcmp(key, secret_members[i]) != 0)
            continue;
        size_t start = (size_t)(item->value.bytes - config->text->bytes);
        config->secrets =
            reallocarray(config->secrets, config->secret_count + 1, sizeof *config->secrets);
        config->secrets[config->secret_count++] =
            (struct span){ start, start + item->value.length };
    }
}

/* A table with a header or keys of several parts cannot be an inline one too, and there is one
 * header. */
static bool is_second(const struct cargo_registry *registry, const struct toml_item *item)
{
    return registry->table.bytes != NULL || registry->header.bytes != NULL ||
           (item->kind == TOML_INLINE_TABLE && registry->last_line.bytes != NULL);
}

static void read_registry(struct cargo_registry *registry, const struct toml_item *item)
{
    registry->is_table = registry->is_table && !is_second(registry, item);
    if (item->kind == TOML_HEADER) {
        registry->header = registry->last_line = item->line;
        registry->prefix = (struct slice){ item->line.bytes, 0 };
    } else if (item->kind == TOML_INLINE_TABLE) {
        registry->table = item->value;
    } else {
        registry->is_table = false;
    }
}

/* Counts what a header stands above, whatever it is. */
static void count_statement(struct cargo_config *config, const struct toml_item *item)
{
    if (is_header(item))
        config->open = SIZE_MAX;
    else if (!item->is_inline && config->open != SIZE_MAX)
        config->registries[config->open].statement_count++;
}

static bool visit(void *context, const struct toml_item *item)
{
    struct cargo_config *config = context;
    count_statement(config, item);
    if (strcmp(item->steps[0], REGISTRIES) != 0)
        return true;
    if (item->depth == DEPTH_REGISTRIES) {
        config->is_closed = config->is_closed || item->kind != TOML_HEADER;
        return true;
    }
    struct cargo_registry *registry = find_or_add(config, item->steps[DEPTH_REGISTRY - 1]);
    if (registry == NULL)
        return false;
    if (item->depth == DEPTH_REGISTRY)
        read_registry(registry, item);
    else if (item->depth == DEPTH_MEMBER && !is_header(item))
        read_member(config, registry, item);
    if (item->depth == DEPTH_REGISTRY && item->kind == TOML_HEADER)
        config->open = (size_t)(registry - config->registries);
    if (item->depth > DEPTH_REGISTRY && !is_header(item))
        note_place(registry, item);
    if (item->depth == DEPTH_WORD && strcmp(item->steps[DEPTH_MEMBER - 1], PROVIDER) == 0)
        add_word(registry, read_string(item));
    return true;
}

bool cargo_config_read(const struct secret *text, struct cargo_config *ret_config,
                       struct error *error)
{
    struct cargo_config config = { .text = text, .open = SIZE_MAX };
    if (toml_text_each(text->bytes, text->length, visit, &config, error)) {
        *ret_config = config;
        return true;
    }
    cargo_config_clear(&config);
    if (error->kind == ERROR_NONE)
        error_set(error, ERROR_USAGE, "it has more than %d registries", CARGO_REGISTRIES_MAX);
    return false;
}

bool cargo_registry_has_words(const struct cargo_registry *registry, const char *const *words)
{
    size_t i = 0;
    while (i < registry->word_count && words[i] != NULL &&
           strcmp(registry->words[i], words[i]) == 0)
        i++;
    return i == registry->word_count && words[i] == NULL;
}

bool cargo_registry_is_name(const char *name)
{
    size_t length =
        strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");
    return length > 0 && length <= REGISTRY_NAME_MAX && name[length] == '\0';
}
