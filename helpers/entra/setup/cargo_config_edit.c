/* SPDX-License-Identifier: MIT */
/* The changes of a configuration of Cargo's. */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "helpers/entra/setup/cargo_config.h"
#include "helpers/entra/setup/toml_string.h"

#define REGISTRIES CARGO_CONFIG_REGISTRIES
#define PROVIDER   CARGO_CONFIG_PROVIDER

/* ---- adding ---- */

static struct span span_of(const struct cargo_config *config, const char *begin, const char *end)
{
    return (struct span){ (size_t)(begin - config->text->bytes),
                          (size_t)(end - config->text->bytes) };
}

static void add_edit(const struct cargo_config *config, const char *begin, const char *end,
                     char *text, struct edits *edits)
{
    edits_add(edits, span_of(config, begin, end), text);
}

/* One word is a string, unless Cargo would split it. */
static char *format_words(const char *const *words)
{
    char *value = NULL;
    size_t size = 0;
    bool is_string = words[1] == NULL && strpbrk(words[0], " \t\n\r") == NULL;
    FILE *stream = open_memstream(&value, &size);
    fputs(is_string ? "" : "[", stream);
    for (size_t i = 0; words[i] != NULL; i++) {
        autofree char *word = toml_string_format(words[i]);
        fprintf(stream, "%s%s", i > 0 ? ", " : "", word);
    }
    fputs(is_string ? "" : "]", stream);
    fclose(stream);
    return value;
}

char *cargo_config_line(const char *const *words)
{
    autofree char *value = format_words(words);
    return text_format(PROVIDER " = %s", value);
}

/* As in the rest of the text. */
static const char *newline_of(const struct cargo_config *config)
{
    return strstr(config->text->bytes, "\r\n") != NULL ? "\r\n" : "\n";
}

/* After a line that may be the last one, without a newline. */
static void add_line(const struct cargo_config *config, struct slice after, char *line,
                     struct edits *edits)
{
    const char *end = after.bytes + after.length, *newline = newline_of(config);
    bool has_newline = after.length > 0 && end[-1] == '\n';
    autofree char *own = line;
    add_edit(config, end, end, text_format("%s%s%s", has_newline ? "" : newline, own, newline),
             edits);
}

static void add_member(const struct cargo_config *config, const struct cargo_registry *registry,
                       const char *value, struct edits *edits)
{
    const char *end = registry->table.bytes + 1;
    if (registry->member_before != NULL)
        add_edit(config, registry->member_before, registry->member_before,
                 text_format(", " PROVIDER " = %s", value), edits);
    else
        add_edit(config, end, end, text_format(" " PROVIDER " = %s ", value), edits);
}

static void add_table(const struct cargo_config *config, const char *name, const char *const *words,
                      struct edits *edits)
{
    const struct secret *text = config->text;
    const char *end = text->bytes + text->length, *newline = newline_of(config);
    autofree char *line = cargo_config_line(words);
    bool has_newline = text->length == 0 || end[-1] == '\n';
    add_edit(config, end, end,
             text_format("%s%s[" REGISTRIES ".%s]%s%s%s", has_newline ? "" : newline,
                         text->length == 0 ? "" : newline, name, newline, line, newline),
             edits);
}

static bool check(const struct cargo_config *config, const char *name,
                  const struct cargo_registry *registry, struct error *error)
{
    if (registry == NULL && config->is_closed)
        return error_set(error, ERROR_USAGE,
                         "its '" REGISTRIES "' is a value, to which no table can "
                         "be added");
    bool has_place = registry == NULL || !registry->is_dotted ||
                     registry->last_line.bytes != NULL || registry->table.bytes != NULL ||
                     registry->value.bytes != NULL;
    if (registry != NULL && (!registry->is_table || !has_place))
        return error_set(error, ERROR_USAGE, "its '" REGISTRIES ".%s' is not one table", name);
    if (registry != NULL && registry->provider == CARGO_PROVIDER_OTHER)
        return error_set(error, ERROR_USAGE,
                         "the registry '%s' has another " PROVIDER ", which stays", name);
    return true;
}

bool cargo_config_set(const struct cargo_config *config, const char *name, const char *const *words,
                      struct edits *edits, struct error *error)
{
    const struct cargo_registry *registry = cargo_config_find(config, name);
    autofree char *value = format_words(words);
    if (!check(config, name, registry, error))
        return false;
    if (registry == NULL || (registry->last_line.bytes == NULL && registry->table.bytes == NULL))
        add_table(config, name, words, edits);
    else if (registry->value.bytes != NULL)
        add_edit(config, registry->value.bytes, registry->value.bytes + registry->value.length,
                 steal(&value), edits);
    else if (registry->last_line.bytes != NULL)
        add_line(config, registry->last_line,
                 text_format("%.*s" PROVIDER " = %s", (int)registry->prefix.length,
                             registry->prefix.bytes, value),
                 edits);
    else
        add_member(config, registry, value, edits);
    return true;
}

/* ---- removing ---- */

static void remove_member(const struct cargo_config *config, const struct cargo_registry *registry,
                          struct edits *edits)
{
    const char *begin = registry->value_key.bytes;
    const char *end = registry->value.bytes + registry->value.length;
    if (registry->member_before != NULL)
        begin = registry->member_before; /* with the comma */
    else if (registry->member_after != NULL)
        end = registry->member_after;
    add_edit(config, begin, end, strdup(""), edits);
}

/* Whether the table is nothing but what add_table makes. */
static bool is_alone(const struct cargo_config *config, const struct cargo_registry *registry)
{
    autofree char *header =
        text_format("[" REGISTRIES ".%s]%s", registry->name, newline_of(config));
    const struct slice *line = &registry->header;
    return line->bytes != NULL && registry->statement_count == 1 &&
           line->length == strlen(header) && memcmp(line->bytes, header, line->length) == 0 &&
           line->bytes + line->length == registry->value_line.bytes;
}

/* How long the newline before a place is, if that ends a blank line; else 0. */
static size_t blank_before(const char *start, const char *at)
{
    const char *line = at;
    if (line > start && line[-1] == '\n')
        line -= line - start > 1 && line[-2] == '\r' ? 2 : 1;
    return line == start || line[-1] == '\n' ? (size_t)(at - line) : 0;
}

void cargo_config_unset(const struct cargo_config *config, const struct cargo_registry *registry,
                        struct edits *edits)
{
    const char *start = config->text->bytes, *begin = registry->value_line.bytes;
    const char *end = begin + registry->value_line.length;
    if (registry->table.bytes != NULL) {
        remove_member(config, registry, edits);
        return;
    }
    if (is_alone(config, registry)) {
        begin = registry->header.bytes;
        begin -= blank_before(start, begin);
    }
    add_edit(config, begin, end, strdup(""), edits);
}
