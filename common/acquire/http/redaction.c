/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "common/acquire/http/redaction.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "common/acquire/base64url.h"
#include "common/acquire/http/proxy.h"
#include "common/base/array.h"
#include "common/base/network.h"
#include "common/base/text.h"

/* Servers cut what they quote. This much of a secret's beginning is replaced wherever it is. */
#define PART_LENGTH 16

/* Shorter texts in base64 would be found by chance. */
#define BASE64_MIN 8

/* ---- reading a text as if it were decoded ---- */

/* A decoded text, and where each of its bytes, and its end, is in the text to redact. */
struct view {
    struct secret *text;
    size_t *from;
};

static void clear_view(struct view *view)
{
    secret_free(view->text);
    free(view->from);
}

/* Decodes what is at the beginning of left bytes: sets *ret_character and returns the length of its
 * encoding, or returns 0 if there is nothing to decode. */
typedef size_t decoder(const char *at, size_t left, unsigned *ret_character);

/* Reads exactly this many hexadecimal digits. */
static bool read_hex(const char *at, size_t left, size_t digits, unsigned *ret_number)
{
    *ret_number = 0;
    for (size_t i = 0; i < digits; i++) {
        int value = i < left ? text_hex_value(at[i]) : -1;
        if (value < 0)
            return false;
        *ret_number = *ret_number << 4 | (unsigned)value;
    }
    return true;
}

/* RFC 8259, section 7. */
static size_t decode_json(const char *at, size_t left, unsigned *ret_character)
{
    static const char letters[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
    unsigned low = 0;
    if (left < 2 || at[0] != '\\' || at[1] == '\0')
        return 0;
    const char *letter = strchr(letters, at[1]);
    if (letter != NULL) {
        *ret_character = (unsigned char)meant[letter - letters];
        return 2;
    }
    if (at[1] != 'u' || !read_hex(at + 2, left - 2, 4, ret_character))
        return 0;
    if (*ret_character < 0xd800 || *ret_character >= 0xe000)
        return 6;
    if (*ret_character >= 0xdc00 || left < 12 || at[6] != '\\' || at[7] != 'u' ||
        !read_hex(at + 8, left - 8, 4, &low) || low < 0xdc00 || low >= 0xe000) {
        *ret_character = 0xfffd; /* half a character */
        return 6;
    }
    *ret_character = 0x10000 + ((*ret_character - 0xd800) << 10 | (low - 0xdc00));
    return 12;
}

/* The result is a byte, of a character that may have several. */
static size_t decode_percent(const char *at, size_t left, unsigned *ret_character)
{
    return at[0] == '%' && read_hex(at + 1, left - 1, 2, ret_character) ? 3 : 0;
}

static size_t decode_form(const char *at, size_t left, unsigned *ret_character)
{
    *ret_character = ' ';
    return at[0] == '+' ? 1 : decode_percent(at, left, ret_character);
}

static size_t decode_html(const char *at, size_t left, unsigned *ret_character)
{
    static const struct {
        const char *name;
        char character;
    } entities[] = {
        { "&amp;", '&' }, { "&lt;", '<' }, { "&gt;", '>' }, { "&quot;", '"' }, { "&apos;", '\'' },
    };
    char text[12] = "";
    int end = 0;
    if (at[0] != '&')
        return 0;
    for (size_t i = 0; i < ARRAY_SIZE(entities); i++) {
        size_t length = strlen(entities[i].name);
        if (left >= length && memcmp(at, entities[i].name, length) == 0) {
            *ret_character = (unsigned char)entities[i].character;
            return length;
        }
    }
    memcpy(text, at, left < sizeof text - 1 ? left : sizeof text - 1);
    if (sscanf(text, "&#%7u;%n", ret_character, &end) < 1 || end == 0)
        if (sscanf(text, "&#%*1[xX]%6x;%n", ret_character, &end) < 1 || end == 0)
            return 0;
    return *ret_character <= 0x10ffff ? (size_t)end : 0;
}

/* Writes a character as UTF-8, which is not longer than its encodings. Returns its length. */
static size_t write_character(char *to, unsigned character)
{
    size_t more = character < 0x80 ? 0 : character < 0x800 ? 1 : character < 0x10000 ? 2 : 3;
    static const unsigned char first[] = { 0, 0xc0, 0xe0, 0xf0 };
    to[0] = (char)(first[more] | character >> (6 * more));
    for (size_t i = 1; i <= more; i++)
        to[i] = (char)(0x80 | (character >> (6 * (more - i)) & 0x3f));
    return more + 1;
}

static struct view decode(const struct view *from, decoder *decode_one)
{
    size_t length = from->text->length, used = 0;
    struct view to = { secret_allocate(length), calloc(length + 1, sizeof *to.from) };
    for (size_t at = 0; at < length;) {
        unsigned character = 0;
        const char *bytes = from->text->bytes + at;
        size_t taken = decode_one != NULL ? decode_one(bytes, length - at, &character) : 0;
        size_t count = 1;
        if (taken == 0 || decode_one == decode_percent || decode_one == decode_form)
            to.text->bytes[used] = taken == 0 ? bytes[0] : (char)character;
        else
            count = write_character(to.text->bytes + used, character);
        for (size_t i = 0; i < count; i++)
            to.from[used++] = from->from[at];
        at += taken > 0 ? taken : 1;
    }
    to.from[used] = from->from[length];
    to.text->length = used;
    return to;
}

/* ---- replacing ---- */

/* A text that is changed, and what it is as JSON: of that, an escape is replaced whole, or the rest
 * of it would mean something else. */
struct target {
    char *text;
    const struct view *json;
};

/* Replaces from the first byte to before the end. */
static void hide(const struct target *target, size_t first, size_t end)
{
    const size_t *from = target->json->from;
    size_t at = 0, start;
    while (at < target->json->text->length && from[at + 1] <= first)
        at++;
    for (start = from[at]; from[at] < end;)
        at++;
    memset(target->text + start, '*', from[at] - start);
}

/* Replaces a secret, or enough of its beginning, where it appears in the view. */
static void replace(const struct view *view, const struct secret *secret,
                    const struct target *target)
{
    size_t part = secret->length < PART_LENGTH ? secret->length : PART_LENGTH;
    const char *start = view->text->bytes, *end = start + view->text->length, *found;
    for (const char *at = start;
         part > 0 && (found = memmem(at, (size_t)(end - at), secret->bytes, part)) != NULL;) {
        size_t length = part;
        while (length < secret->length && found + length < end &&
               found[length] == secret->bytes[length])
            length++;
        at = found + length;
        hide(target, view->from[found - start], view->from[at - start]);
    }
}

/* Replaces a secret within a longer text in base64, or base64url. How a byte is encoded depends on
 * how many are before it, by threes. What is encoded together with the bytes around it is left. */
static void replace_base64(const struct view *view, const struct secret *secret,
                           const struct target *target)
{
    for (size_t before = 0; before < 3; before++) {
        auto_secret struct secret *bytes = secret_allocate(before + secret->length);
        memcpy(bytes->bytes + before, secret->bytes, secret->length);
        auto_secret struct secret *encoded =
            base64url((const unsigned char *)bytes->bytes, bytes->length);
        size_t shared_first = before > 0 ? before + 1 : 0;
        size_t shared_last = bytes->length % 3 > 0 ? 1 : 0;
        if (encoded->length < shared_first + BASE64_MIN + shared_last)
            continue;
        auto_secret struct secret *part =
            secret_new(encoded->bytes + shared_first, encoded->length - shared_first - shared_last);
        replace(view, part, target);
        for (size_t i = 0; i < part->length; i++)
            part->bytes[i] = (char)(part->bytes[i] == '-'   ? '+'
                                    : part->bytes[i] == '_' ? '/'
                                                            : part->bytes[i]);
        replace(view, part, target);
    }
}

static void redact_secret(const struct secret *secret, char *text, size_t length)
{
    static decoder *const outer[] = { NULL, decode_json };
    static decoder *const inner[] = { NULL, decode_percent, decode_form, decode_html };
    struct view whole CLEANUP(clear_view) = { secret_new(text, length),
                                              calloc(length + 1, sizeof *whole.from) };
    for (size_t i = 0; i <= length; i++)
        whole.from[i] = i;
    struct view json CLEANUP(clear_view) = decode(&whole, decode_json);
    const struct target target = { text, &json };
    for (size_t o = 0; o < ARRAY_SIZE(outer); o++) {
        struct view plain CLEANUP(clear_view) = decode(&whole, outer[o]);
        for (size_t i = 0; i < ARRAY_SIZE(inner); i++) {
            struct view view CLEANUP(clear_view) = decode(&plain, inner[i]);
            replace(&view, secret, &target);
            replace_base64(&view, secret, &target);
        }
    }
}

static void redact_text(const char *value, char *text, size_t length)
{
    auto_secret struct secret *secret = secret_from_text(value);
    redact_secret(secret, text, length);
}

void redact_fields(const struct http_field *fields, char *text, size_t length)
{
    for (; fields != NULL && fields->name != NULL; fields++)
        if (fields->secret && fields->value != NULL)
            redact_text(fields->value, text, length);
}

/* A header such as Authorization has a scheme before the secret. */
static void redact_headers(const struct http_field *headers, char *text, size_t length)
{
    redact_fields(headers, text, length);
    for (; headers != NULL && headers->name != NULL; headers++) {
        const char *space = strchr(headers->value, ' ');
        if (headers->secret && space != NULL)
            redact_text(space + 1, text, length);
    }
}

/* libcurl sends user:password in base64. */
static void redact_proxy(char *text, size_t length)
{
    struct slice info = network_proxy_userinfo(proxy_url());
    if (info.length == 0)
        return;
    struct view encoded CLEANUP(clear_view) = { secret_new(info.bytes, info.length),
                                                calloc(info.length + 1, sizeof *encoded.from) };
    struct view plain CLEANUP(clear_view) = decode(&encoded, decode_percent);
    const char *colon = strchr(plain.text->bytes, ':');
    redact_secret(plain.text, text, length);
    if (colon != NULL)
        redact_text(colon + 1, text, length);
}

void redact(const struct http_request *request, char *text, size_t length)
{
    if (length == 0)
        return;
    redact_fields(request->query, text, length);
    redact_fields(request->form, text, length);
    redact_headers(request->header, text, length);
    redact_proxy(text, length);
}
