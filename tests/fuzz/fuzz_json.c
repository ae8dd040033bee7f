/* SPDX-License-Identifier: MIT */
/* JSON of authorities (strict) and of files written by hand (with comments). */
#include <stdio.h>

#include "common/base/json.h"
#include "common/base/json_text.h"
#include "tests/fuzz/fuzz.h"

static const char *form(json_object *value)
{
    return json_object_to_json_string_ext(value, JSON_C_TO_STRING_PLAIN);
}

/* The walk over a text that was accepted. */
struct walked {
    json_object *root;
    json_object *paths; /* of the values so far: an object with these names */
    size_t last, lines;
    bool has_repeated_key;
};

/* Where a value stands, in one text. Two places have the same if a key is repeated. */
static char *path_of(const struct json_text_value *value)
{
    char *path = NULL;
    size_t size = 0;
    FILE *text = open_memstream(&path, &size);
    for (size_t i = 0; i < value->depth; i++)
        fprintf(text, "/%s", value->steps[i]);
    fclose(text);
    return path;
}

static bool note_path(void *context, const struct json_text_value *value)
{
    struct walked *walked = context;
    autofree char *path = path_of(value);
    walked->has_repeated_key |= json_object_object_get_ex(walked->paths, path, NULL);
    json_object_object_add(walked->paths, path, NULL);
    return true;
}

/* A value's line is in the text, and json-c has the same there, unless a key is repeated. */

static bool check_walked(void *context, const struct json_text_value *value)
{
    struct walked *walked = context;
    HOLDS(value->line >= walked->last && value->line <= walked->lines);
    HOLDS(value->depth <= JSON_DEPTH_MAX);
    HOLDS((value->kind == JSON_TEXT_SCALAR || value->kind == JSON_TEXT_BOOLEAN) ==
          (value->text != NULL));
    walked->last = value->line;
    if (walked->has_repeated_key)
        return true;
    json_object *parent = walked->root;
    for (size_t i = 0; i + 1 < value->depth && parent != NULL; i++)
        parent = json_object_is_type(parent, json_type_array)
                     ? json_object_array_get_idx(parent, strtoul(value->steps[i], NULL, 10))
                     : json_object_object_get(parent, value->steps[i]);
    if (value->depth > 0 && json_object_is_type(parent, json_type_object))
        HOLDS(json_object_object_get_ex(parent, value->steps[value->depth - 1], NULL));
    return true;
}

static void walk(const char *text, size_t size, json_object *root)
{
    auto_json json_object *paths = json_object_new_object();
    struct walked walked = { .root = root, .paths = paths, .last = 1, .lines = 1 };
    for (size_t i = 0; i < size; i++)
        walked.lines += text[i] == '\n';
    HOLDS(json_text_each(text, size, note_path, &walked));
    HOLDS(json_text_each(text, size, check_walked, &walked));
}

/* json-c takes all that the grammar lets through, apart from null; and what it made of that can be
 * written and read again. */
static void check_value(const char *text, size_t size, json_object *value,
                        const struct error *error)
{
    struct error unused;
    size_t at = 0;
    bool is_json = json_grammar_fault(text, size, false, &at) == NULL;
    HOLDS(at <= size);
    if (value == NULL) {
        HOLDS(!is_json || strstr(error->message, ": null") != NULL);
        return;
    }
    autofree char *written = strdup(form(value));
    auto_json json_object *again = json_parse(written, strlen(written), &unused);
    HOLDS(is_json && again != NULL && strcmp(form(again), written) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct error error = { 0 };
    size_t line = 0;
    autofree char *text = fuzz_copy(data, size, 0);
    auto_json json_object *strict = json_parse(text, size, &error);
    check_value(text, size, strict, &error);
    auto_json json_object *lenient = json_parse_lenient(text, size, &line, &error);
    if (lenient == NULL)
        HOLDS(strict == NULL && line >= 1);
    else
        walk(text, size, lenient);
    if (strict != NULL)
        HOLDS(strcmp(form(strict), form(lenient)) == 0);
    return 0;
}
