/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "common/base/json.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/json_text.h"
#include "common/base/printable.h"
#include "common/base/secret.h"
#include "common/base/utf8.h"

static json_object *parse_text(const char *text, size_t length, bool trailing_commas,
                               size_t *ret_at, struct error *error)
{
    const char *fault = json_grammar_fault(text, length, trailing_commas, ret_at);
    if (fault == NULL && length > INT_MAX)
        fault = "it is too long";
    if (fault != NULL) {
        error_set(error, ERROR_OTHER, "not valid JSON: %s", fault);
        return NULL;
    }
    /* The depth is that of values: what is in the deepest brackets is one deeper. */
    struct json_tokener *tokener = json_tokener_new_ex(JSON_DEPTH_MAX + 1);
    json_object *value = json_tokener_parse_ex(tokener, text, (int)length);
    if (json_tokener_get_error(tokener) == json_tokener_continue) /* a number might go on */
        value = json_tokener_parse_ex(tokener, " ", 1);
    enum json_tokener_error outcome = json_tokener_get_error(tokener);
    json_tokener_free(tokener);

    if (value == NULL)
        error_set(error, ERROR_OTHER, "not valid JSON: %s",
                  outcome == json_tokener_success ? "null in place of an object"
                                                  : json_tokener_error_desc(outcome));
    return value;
}

json_object *json_parse(const char *text, size_t length, struct error *error)
{
    size_t at = 0;
    return parse_text(text, length, false, &at, error);
}

json_object *json_parse_lenient(const char *text, size_t length, size_t *ret_line,
                                struct error *error)
{
    size_t start = json_text_start(text, length), at = 0;
    auto_secret struct secret *plain = json_text_without_comments(text + start, length - start);
    json_object *value = parse_text(plain->bytes, plain->length, true, &at, error);
    *ret_line = json_text_line(text, start + at);
    return value;
}

const char *json_string(const json_object *object, const char *key)
{
    json_object *value = NULL;
    if (!json_object_object_get_ex(object, key, &value) ||
        !json_object_is_type(value, json_type_string))
        return NULL;
    const char *text = json_object_get_string(value);
    return strlen(text) == (size_t)json_object_get_string_len(value) ? text : NULL;
}

bool json_int64(const json_object *object, const char *key, int64_t *ret_value)
{
    json_object *found = NULL;
    if (!json_object_object_get_ex(object, key, &found))
        return false;
    if (json_object_is_type(found, json_type_int)) {
        *ret_value = json_object_get_int64(found);
        return true;
    }
    const char *text = json_string(object, key);
    if (text == NULL || text[0] < '0' || text[0] > '9')
        return false;
    char *end = NULL;
    errno = 0;
    *ret_value = strtoll(text, &end, 10);
    return errno == 0 && *end == '\0';
}

void json_wipe(json_object *object)
{
    if (json_object_is_type(object, json_type_string)) {
        /* json-c has no function for this; the bytes are its own and writable. */
        explicit_bzero((char *)json_object_get_string(object),
                       (size_t)json_object_get_string_len(object));
    } else if (json_object_is_type(object, json_type_array)) {
        for (size_t i = 0; i < json_object_array_length(object); i++)
            json_wipe(json_object_get(json_object_array_get_idx(object, i)));
    } else if (json_object_is_type(object, json_type_object)) {
        json_object_object_foreach(object, key, value) {
            (void)key;
            json_wipe(json_object_get(value));
        }
    }
    json_object_put(object);
}

void json_print(json_object *value)
{
    const char *text = json_object_to_json_string_ext(value, JSON_C_TO_STRING_PRETTY |
                                                                 JSON_C_TO_STRING_NOSLASHESCAPE);
    for (size_t length; *text != '\0'; text += length) {
        uint32_t character = 0;
        length = utf8_read(text, UTF8_MAX, &character);
        if (*text != '\n' && length > 0 && printable_is_control(character))
            printf("\\u%04x", (unsigned)character); /* all are below U+10000 */
        else
            fwrite(text, 1, length > 0 ? length : 1, stdout);
        length = length > 0 ? length : 1;
    }
    putchar('\n');
}
