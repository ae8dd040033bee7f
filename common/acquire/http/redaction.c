/* SPDX-License-Identifier: MIT */
#include "common/acquire/http/redaction.h"

#include <stdio.h>
#include <string.h>

#include "common/base/array.h"

/* Converts the output of http_escape to the encoding of HTML forms, in which a space is a plus. */
static struct secret *as_form(const char *escaped)
{
    struct secret *form = secret_allocate(strlen(escaped));
    size_t length = 0;
    for (const char *at = escaped; form != NULL && *at != '\0'; at++) {
        bool is_space = strncmp(at, "%20", 3) == 0;
        form->bytes[length++] = (char)(is_space ? '+' : *at);
        at += is_space ? 2 : 0;
    }
    return form;
}

/* Escapes a value as in a JSON string. json-c is not used, since it would leave copies in memory.
 */
static struct secret *as_json(const char *value)
{
    struct secret *json = secret_allocate(2 * strlen(value));
    size_t length = 0;
    for (; json != NULL && *value != '\0'; value++) {
        if (*value == '"' || *value == '\\')
            json->bytes[length++] = '\\';
        json->bytes[length++] = *value;
    }
    return json;
}

/* Returns the character for the escape \/ or \u with four hexadecimal digits. Returns 0 for other
 * escapes, surrogates, and control characters, which JSON cannot contain unescaped. */
static unsigned escaped_character(const char *at, size_t left, size_t *length)
{
    unsigned character = 0;
    *length = 2;
    if (left >= 2 && at[1] == '/')
        return '/';
    if (left < 6 || at[1] != 'u' || strspn(at + 2, "0123456789abcdefABCDEF") < 4)
        return 0;
    *length = 6;
    sscanf(at + 2, "%4x", &character);
    bool is_surrogate = character >= 0xd800 && character < 0xe000;
    return character < ' ' || is_surrogate ? 0 : character;
}

/* Writes a character of a JSON string as UTF-8, which is never longer than its escape. */
static char *write_character(char *to, unsigned character)
{
    if (character == '"' || character == '\\')
        *to++ = '\\';
    if (character < 0x80) {
        *to++ = (char)character;
        return to;
    }
    if (character < 0x800) {
        *to++ = (char)(0xc0 | character >> 6);
    } else {
        *to++ = (char)(0xe0 | character >> 12);
        *to++ = (char)(0x80 | (character >> 6 & 0x3f));
    }
    *to++ = (char)(0x80 | (character & 0x3f));
    return to;
}

/* Replaces the escapes in a body by plain characters, since JSON has several ways to write each.
 * The body is padded with spaces to its old length. */
static void unescape(struct secret *body)
{
    char *to = body->bytes, *end = body->bytes + body->length;
    for (const char *at = body->bytes; at < end;) {
        size_t length = 1;
        unsigned character = 0;
        if (*at == '\\' && (character = escaped_character(at, (size_t)(end - at), &length)) != 0) {
            to = write_character(to, character);
            at += length;
            continue;
        }
        for (size_t i = 0; i < length && at < end; i++)
            *to++ = *at++;
    }
    memset(to, ' ', (size_t)(end - to));
}

void redact(const struct http_field *fields, struct secret *body)
{
    unescape(body);
    for (; fields->name != NULL; fields++) {
        if (!fields->secret || fields->value == NULL)
            continue;
        auto_secret struct secret *escaped = http_escape(fields->value);
        auto_secret struct secret *form = escaped != NULL ? as_form(escaped->bytes) : NULL;
        auto_secret struct secret *json = as_json(fields->value);
        const struct secret *const encodings[] = { escaped, form, json };
        secret_redact(body->bytes, body->length, fields->value);
        for (size_t i = 0; i < ARRAY_SIZE(encodings); i++)
            if (encodings[i] != NULL)
                secret_redact(body->bytes, body->length, encodings[i]->bytes);
    }
}
