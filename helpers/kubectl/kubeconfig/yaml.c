/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "helpers/kubectl/kubeconfig/yaml.h"

#include <string.h>

#include "common/base/json.h"

static bool parse_error(const yaml_parser_t *parser, struct error *error)
{
    return error_set(error, ERROR_USAGE, "line %zu: not valid YAML: %s",
                     parser->problem_mark.line + 1,
                     parser->problem != NULL ? parser->problem : "unknown error");
}

/* So deep may collections be in each other. libyaml takes quadratic time for flow collections, and
 * what writes a value recurses. */
#define DEPTH_MAX 100

/* How much deeper the parser is after a token. */
static int depth_of(yaml_token_type_t type)
{
    switch (type) {
    case YAML_BLOCK_SEQUENCE_START_TOKEN:
    case YAML_BLOCK_MAPPING_START_TOKEN:
    case YAML_FLOW_SEQUENCE_START_TOKEN:
    case YAML_FLOW_MAPPING_START_TOKEN:
        return 1;
    case YAML_BLOCK_END_TOKEN:
    case YAML_FLOW_SEQUENCE_END_TOKEN:
    case YAML_FLOW_MAPPING_END_TOKEN:
        return -1;
    default:
        return 0;
    }
}

/* Refuses anchors and aliases: a change at an anchor would also change each of its aliases. */
static bool check_tokens(yaml_parser_t *parser, struct error *error)
{
    int depth = 0;
    for (bool more = true; more;) {
        yaml_token_t token;
        if (!yaml_parser_scan(parser, &token))
            return parse_error(parser, error);
        bool shared = token.type == YAML_ANCHOR_TOKEN || token.type == YAML_ALIAS_TOKEN;
        size_t line = token.start_mark.line + 1;
        more = token.type != YAML_STREAM_END_TOKEN && token.type != YAML_NO_TOKEN;
        depth += depth_of(token.type);
        yaml_token_delete(&token);
        if (depth > DEPTH_MAX)
            return error_set(error, ERROR_USAGE, "line %zu: nested more than %d deep", line,
                             DEPTH_MAX);
        if (!shared)
            continue;
        error_set(error, ERROR_USAGE, "line %zu: anchors and aliases are not supported", line);
        return error_hint(
            error, "'kubectl config view --raw --flatten' prints the kubeconfig without them.");
    }
    return true;
}

/* Loads the next document of the text. Its root is NULL after the last one. */
static bool load_next(yaml_parser_t *parser, yaml_document_t *document, struct error *error)
{
    return yaml_parser_load(parser, document) || parse_error(parser, error);
}

/* Checks that only empty documents follow, as after a trailing "---". */
static bool check_end(yaml_parser_t *parser, struct error *error)
{
    for (bool is_last = false; !is_last;) {
        yaml_document_t next;
        if (!load_next(parser, &next, error))
            return false;
        const yaml_node_t *root = yaml_document_get_root_node(&next);
        bool is_empty = root == NULL || yaml_is_null(root);
        is_last = root == NULL;
        yaml_document_delete(&next);
        if (!is_empty)
            return error_set(error, ERROR_USAGE, "the file has more than one YAML document");
    }
    return true;
}

/* Loads the only document of the text. */
static bool load_document(yaml_parser_t *parser, yaml_document_t *document, struct error *error)
{
    if (!load_next(parser, document, error))
        return false;
    if (yaml_document_get_root_node(document) == NULL || check_end(parser, error))
        return true;
    yaml_document_delete(document);
    return false;
}

/* ---- nodes ---- */

/* libyaml's getters do not change the document, but do not take a const one. */
static yaml_node_t *node_of(const struct yaml *yaml, int index)
{
    return yaml_document_get_node((yaml_document_t *)&yaml->document, index);
}

yaml_node_t *yaml_root(const struct yaml *yaml)
{
    return yaml_document_get_root_node((yaml_document_t *)&yaml->document);
}

const char *yaml_scalar(const yaml_node_t *node)
{
    if (node == NULL || node->type != YAML_SCALAR_NODE)
        return NULL;
    const char *text = (const char *)node->data.scalar.value;
    return strlen(text) == node->data.scalar.length ? text : NULL;
}

struct yaml_pair yaml_find(const struct yaml *yaml, const yaml_node_t *mapping, const char *key)
{
    if (mapping == NULL || mapping->type != YAML_MAPPING_NODE)
        return (struct yaml_pair){ 0 };
    for (const yaml_node_pair_t *pair = mapping->data.mapping.pairs.start;
         pair < mapping->data.mapping.pairs.top; pair++) {
        const char *name = yaml_scalar(node_of(yaml, pair->key));
        if (name != NULL && strcmp(name, key) == 0)
            return (struct yaml_pair){ node_of(yaml, pair->key), node_of(yaml, pair->value) };
    }
    return (struct yaml_pair){ 0 };
}

struct yaml_pair yaml_pair_at(const struct yaml *yaml, const yaml_node_t *mapping, size_t index)
{
    if (mapping == NULL || mapping->type != YAML_MAPPING_NODE)
        return (struct yaml_pair){ 0 };
    const yaml_node_pair_t *pairs = mapping->data.mapping.pairs.start;
    if (index >= (size_t)(mapping->data.mapping.pairs.top - pairs))
        return (struct yaml_pair){ 0 };
    return (struct yaml_pair){ node_of(yaml, pairs[index].key), node_of(yaml, pairs[index].value) };
}

const char *yaml_text(const struct yaml *yaml, const yaml_node_t *mapping, const char *key)
{
    return yaml_scalar(yaml_find(yaml, mapping, key).value);
}

yaml_node_t *yaml_item(const struct yaml *yaml, const yaml_node_t *sequence, size_t index)
{
    return index < yaml_count(sequence) ? node_of(yaml, sequence->data.sequence.items.start[index])
                                        : NULL;
}

size_t yaml_count(const yaml_node_t *sequence)
{
    if (sequence == NULL || sequence->type != YAML_SEQUENCE_NODE)
        return 0;
    return (size_t)(sequence->data.sequence.items.top - sequence->data.sequence.items.start);
}

bool yaml_is_flow(const yaml_node_t *node)
{
    return (node->type == YAML_MAPPING_NODE &&
            node->data.mapping.style == YAML_FLOW_MAPPING_STYLE) ||
           (node->type == YAML_SEQUENCE_NODE &&
            node->data.sequence.style == YAML_FLOW_SEQUENCE_STYLE);
}

bool yaml_is_null(const yaml_node_t *node)
{
    const char *text = yaml_scalar(node);
    return text != NULL && node->data.scalar.style == YAML_PLAIN_SCALAR_STYLE &&
           (text[0] == '\0' || strcmp(text, "null") == 0 || strcmp(text, "~") == 0);
}

/* ---- spans ---- */

/* So many characters are between two entries of the table of offsets. */
#define STRIDE 256

/* The byte after the character at a place. */
static size_t next_character(const struct yaml *yaml, size_t at)
{
    do
        at++;
    while (at < yaml->length && ((unsigned char)yaml->text[at] & 0xC0) == 0x80);
    return at;
}

/* Makes the table of the byte offsets of every STRIDE-th character. libyaml counts characters,
 * without the byte order mark. */
static void make_offsets(struct yaml *yaml)
{
    size_t at = yaml->length >= 3 && memcmp(yaml->text, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
    yaml->offsets = calloc(yaml->length / STRIDE + 1, sizeof *yaml->offsets);
    for (size_t count = 0; at < yaml->length; count++) {
        if (count % STRIDE == 0)
            yaml->offsets[yaml->offset_count++] = at;
        at = next_character(yaml, at);
    }
}

/* The byte offset of a character, or the text's length if it ends before. */
static size_t offset_of(const struct yaml *yaml, size_t characters)
{
    size_t index = characters / STRIDE;
    if (index >= yaml->offset_count)
        return yaml->length;
    size_t at = yaml->offsets[index];
    for (size_t i = characters % STRIDE; i > 0 && at < yaml->length; i--)
        at = next_character(yaml, at);
    return at;
}

/* The last child of a block collection; NULL for any other node. */
static const yaml_node_t *last_child(const struct yaml *yaml, const yaml_node_t *node)
{
    if (yaml_is_flow(node))
        return NULL;
    if (node->type == YAML_MAPPING_NODE)
        return node_of(yaml, node->data.mapping.pairs.top[-1].value);
    if (node->type == YAML_SEQUENCE_NODE)
        return node_of(yaml, node->data.sequence.items.top[-1]);
    return NULL;
}

/* The end of a node, in characters. The end mark of a block is where the next token starts, so it
 * ends where its last descendant does. */
static size_t end_of(const struct yaml *yaml, const yaml_node_t *node)
{
    const yaml_node_t *inner = last_child(yaml, node);
    for (; inner != NULL; inner = last_child(yaml, node))
        node = inner;
    return node->end_mark.index;
}

struct span yaml_span(const struct yaml *yaml, const yaml_node_t *node)
{
    struct span span = { offset_of(yaml, node->start_mark.index),
                         offset_of(yaml, end_of(yaml, node)) };
    while (span.end > span.start && strchr(" \t\r\n", yaml->text[span.end - 1]) != NULL)
        span.end--;
    return span;
}

/* ---- keys ---- */

static bool refuse_key(const yaml_node_t *key, const char *why, struct error *error)
{
    error_set(error, ERROR_USAGE, "line %zu: %s", key->start_mark.line + 1, why);
    return error_hint(error,
                      "'kubectl config view --raw --flatten' prints the kubeconfig without them.");
}

/* Refuses duplicate keys and merge keys. Of duplicate keys kubectl uses the last and other programs
 * the first, so a change of either would not reach all of them. libyaml does not merge. */
static bool check_keys(const struct yaml *yaml, const yaml_node_t *mapping, struct error *error)
{
    auto_json json_object *seen = json_object_new_object();
    for (const yaml_node_pair_t *pair = mapping->data.mapping.pairs.start;
         pair < mapping->data.mapping.pairs.top; pair++) {
        const yaml_node_t *key = node_of(yaml, pair->key);
        const char *name = yaml_scalar(key);
        if (name == NULL)
            continue;
        if (strcmp(name, "<<") == 0)
            return refuse_key(key, "merge keys (<<) are not supported", error);
        if (json_object_object_get_ex(seen, name, NULL))
            return refuse_key(key, "duplicate key", error);
        json_object_object_add(seen, name, NULL);
    }
    return true;
}

static bool check_mappings(const struct yaml *yaml, struct error *error)
{
    const yaml_document_t *document = &yaml->document;
    for (const yaml_node_t *node = document->nodes.start; node < document->nodes.top; node++)
        if (node->type == YAML_MAPPING_NODE && !check_keys(yaml, node, error))
            return false;
    return true;
}

bool yaml_parse(const char *text, size_t length, struct yaml *ret_yaml, struct error *error)
{
    struct yaml yaml = { .text = text, .length = length };
    bool ok = true;
    if (memchr(text, '\0', length) != NULL)
        return error_set(error, ERROR_USAGE, "the file is not UTF-8 text");
    /* Aliases are resolved when the document is loaded, so another pass looks for them. */
    for (int pass = 0; ok && pass < 2; pass++) {
        yaml_parser_t parser;
        yaml_parser_initialize(&parser);
        yaml_parser_set_input_string(&parser, (const unsigned char *)text, length);
        ok = pass == 0 ? check_tokens(&parser, error)
                       : load_document(&parser, &yaml.document, error);
        yaml_parser_delete(&parser);
    }
    if (!ok)
        return false;
    if (!check_mappings(&yaml, error)) {
        yaml_clear(&yaml);
        return false;
    }
    make_offsets(&yaml);
    *ret_yaml = yaml;
    return true;
}

void yaml_clear(struct yaml *yaml)
{
    yaml_document_delete(&yaml->document);
    free(yaml->offsets);
    *yaml = (struct yaml){ 0 };
}
