/* SPDX-License-Identifier: MIT */
/* JSON of authorities (strict) and of files written by hand (with comments). */
#include "common/base/json.h"
#include "common/base/json_text.h"
#include "tests/fuzz/fuzz.h"

static const char *form(json_object *value)
{
    return json_object_to_json_string_ext(value, JSON_C_TO_STRING_PLAIN);
}

/* A value of a text that was accepted: its line is in the text, and json-c has the same there,
 * unless a key is repeated. */
struct walked {
    json_object *root;
    size_t last, lines;
};

static bool check_walked(void *context, const struct json_text_value *value)
{
    struct walked *walked = context;
    HOLDS(value->line >= walked->last && value->line <= walked->lines);
    HOLDS(value->depth <= JSON_DEPTH_MAX);
    HOLDS((value->kind == JSON_TEXT_SCALAR || value->kind == JSON_TEXT_BOOLEAN) ==
          (value->text != NULL));
    walked->last = value->line;
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
    struct walked walked = { root, 1, 1 };
    for (size_t i = 0; i < size; i++)
        walked.lines += text[i] == '\n';
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
