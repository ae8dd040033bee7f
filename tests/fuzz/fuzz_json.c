/* SPDX-License-Identifier: MIT */
/* JSON of authorities (strict) and of files written by hand (with comments). */
#include "common/base/json.h"
#include "common/base/json_text.h"
#include "tests/fuzz/fuzz.h"

static const char *form(json_object *value)
{
    return json_object_to_json_string_ext(value, JSON_C_TO_STRING_PLAIN);
}

/* Whatever the path leads to, its line is in the text, or 0. */
static void find_lines(const char *text, size_t size, json_object *root)
{
    size_t lines = 1;
    for (size_t i = 0; i < size; i++)
        lines += text[i] == '\n' || text[i] == '\r';
    if (!json_object_is_type(root, json_type_object))
        return;
    json_object_object_foreach(root, key, value) {
        (void)value;
        const char *const path[] = { key, "ClientCredentials", "0" };
        for (size_t depth = 1; depth <= 3; depth++)
            HOLDS(json_text_line_of(text, size, path, depth) <= lines);
    }
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
        find_lines(text, size, lenient);
    if (strict != NULL)
        HOLDS(strcmp(form(strict), form(lenient)) == 0);
    return 0;
}
