/* SPDX-License-Identifier: MIT */
/* Which values of a file others must not read. */
#define _GNU_SOURCE
#include <string.h>
#include <strings.h>

#include "common/base/array.h"
#include "common/config/internal.h"

bool config_has_pin(const char *text)
{
    return strcasestr(text, "pin-value") != NULL;
}

/* Whether a value has a text that is not empty, at any depth. */
static bool has_text(json_object *value)
{
    if (json_object_is_type(value, json_type_string))
        return json_object_get_string_len(value) > 0;
    if (json_object_is_type(value, json_type_array)) {
        for (size_t i = 0; i < json_object_array_length(value); i++)
            if (has_text(json_object_array_get_idx(value, i)))
                return true;
    } else if (json_object_is_type(value, json_type_object)) {
        json_object_object_foreach(value, key, member) {
            (void)key;
            if (has_text(member))
                return true;
        }
    }
    return false;
}

static bool has_word(const char *text, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcasestr(text, words[i]) != NULL)
            return true;
    return false;
}

/* Whether a header or parameter is one that holds a secret: a subscription key, or the key of an
 * Azure function or the signature of a storage account (code, sig). Most do not. */
static bool names_secret(const char *name)
{
    static const char *const words[] = { "key", "secret", "token", "password" };
    return has_word(name, words, ARRAY_SIZE(words)) || strcasecmp(name, "code") == 0 ||
           strcasecmp(name, "sig") == 0;
}

/* The part after the last "__" of a key in the spelling of a variable; else the whole key. */
static const char *last_part(const char *key)
{
    for (const char *mark = strstr(key, "__"); mark != NULL; mark = strstr(key, "__"))
        key = mark + 2;
    return key;
}

static bool has_secret_of_call(const char *key, json_object *value)
{
    static const char *const keys[] = { "ExtraHeaderParameters", "ExtraQueryParameters" };
    if (!has_word(key, keys, ARRAY_SIZE(keys)))
        return false;
    if (!json_object_is_type(value, json_type_object))
        return names_secret(last_part(key)) && has_text(value);
    json_object_object_foreach(value, name, text) {
        if (names_secret(name) && has_text(text))
            return true;
    }
    return false;
}

/* What is not read, since its key is mistyped or a variable's name, is a secret all the same. */
static bool is_secret(const char *key, json_object *value)
{
    return (has_text(value) && config_is_secret_setting(last_part(key))) ||
           has_secret_of_call(key, value);
}

bool config_has_secrets(json_object *content)
{
    if (json_object_is_type(content, json_type_string))
        return config_has_pin(json_object_get_string(content));
    if (json_object_is_type(content, json_type_array)) {
        for (size_t i = 0; i < json_object_array_length(content); i++)
            if (config_has_secrets(json_object_array_get_idx(content, i)))
                return true;
    } else if (json_object_is_type(content, json_type_object)) {
        json_object_object_foreach(content, key, value) {
            if (is_secret(key, value) || config_has_secrets(value))
                return true;
        }
    }
    return false;
}
