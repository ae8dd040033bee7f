/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "common/acquire/user/redirect.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "common/acquire/http/redaction.h"
#include "common/base/array.h"
#include "common/base/printable.h"
#include "common/base/text.h"

#define CODE_MAX 8192

enum {
    BAD_REQUEST = 400,
    NOT_FOUND = 404,
    METHOD_NOT_ALLOWED = 405,
    LENGTH_REQUIRED = 411,
    CONTENT_TOO_LARGE = 413,
    UNSUPPORTED_MEDIA_TYPE = 415,
    MISDIRECTED = 421,
    HEADERS_TOO_LARGE = 431,
};

/* A part of the buffer. bytes is NULL for a header that is missing. */
struct part {
    const char *bytes;
    size_t length;
};

/* Compares without regard to case. */
static bool part_is(struct part part, const char *text)
{
    return part.bytes != NULL && part.length == strlen(text) &&
           strncasecmp(part.bytes, text, part.length) == 0;
}

static bool part_equals(struct part part, const char *text)
{
    return part.length == strlen(text) && memcmp(part.bytes, text, part.length) == 0;
}

/* Removes and returns the text before the first separator, or all of it if there is none. The
 * separator is removed too. */
static struct part split(struct part *rest, const char *separator)
{
    size_t width = strlen(separator);
    if (rest->bytes == NULL)
        return *rest;
    const char *end = memmem(rest->bytes, rest->length, separator, width);
    struct part taken = { rest->bytes, end != NULL ? (size_t)(end - rest->bytes) : rest->length };
    size_t gone = taken.length + (end != NULL ? width : 0);
    rest->bytes += gone;
    rest->length -= gone;
    return taken;
}

static struct part trim(struct part part)
{
    while (part.length > 0 && strchr(" \t", part.bytes[0]) != NULL && part.bytes[0] != '\0') {
        part.bytes++;
        part.length--;
    }
    while (part.length > 0 && part.bytes[part.length - 1] != '\0' &&
           strchr(" \t", part.bytes[part.length - 1]) != NULL)
        part.length--;
    return part;
}

/* ---- the head ---- */

struct head {
    struct part host, content_type, content_length;
    bool is_invalid; /* a header is repeated or has no colon, or the body is chunked */
};

static void read_header(struct part line, struct head *head)
{
    bool has_colon = memchr(line.bytes, ':', line.length) != NULL;
    struct part name = split(&line, ":");
    struct {
        const char *name;
        struct part *value;
    } const known[] = { { "Host", &head->host },
                        { "Content-Type", &head->content_type },
                        { "Content-Length", &head->content_length } };
    if (part_is(name, "Transfer-Encoding") || name.length == 0 || !has_colon)
        head->is_invalid = true;
    for (size_t i = 0; i < ARRAY_SIZE(known); i++) {
        if (!part_is(name, known[i].name))
            continue;
        head->is_invalid = head->is_invalid || known[i].value->bytes != NULL;
        *known[i].value = trim(line);
    }
}

static bool parse_length(struct part text, size_t *length)
{
    *length = 0;
    for (size_t i = 0; i < text.length; i++) {
        if (text.bytes[i] < '0' || text.bytes[i] > '9' || *length > REDIRECT_BODY_MAX)
            return false;
        *length = *length * 10 + (size_t)(text.bytes[i] - '0');
    }
    return text.length > 0;
}

/* Checks the request line and the headers. Returns REDIRECT_ANSWER if a body may follow. */
static int check_head(struct part rest, const struct redirect_expected *expected,
                      size_t *body_length)
{
    struct head head = { 0 };
    char host[32];
    snprintf(host, sizeof host, "localhost:%u", expected->port);
    struct part request = split(&rest, "\r\n");
    struct part method = split(&request, " ");
    struct part target = split(&request, " ");
    while (rest.length > 0)
        read_header(split(&rest, "\r\n"), &head);
    struct part type = split(&head.content_type, ";");

    if (head.is_invalid || !(part_is(request, "HTTP/1.1") || part_is(request, "HTTP/1.0")))
        return BAD_REQUEST;
    if (!part_is(head.host,
                 host)) /* DNS rebinding: a page whose own name resolves to this machine */
        return MISDIRECTED;
    if (part_is(method, "GET") && expected->start != NULL && part_equals(target, expected->start))
        return expected->start_is_used ? REDIRECT_START_USED : REDIRECT_START;
    if (!part_is(target, "/"))
        return NOT_FOUND;
    if (!part_is(method, "POST")) /* a code sent by GET would be kept in the browser's history */
        return METHOD_NOT_ALLOWED;
    if (!part_is(trim(type), "application/x-www-form-urlencoded"))
        return UNSUPPORTED_MEDIA_TYPE;
    if (head.content_length.bytes == NULL)
        return LENGTH_REQUIRED;
    if (!parse_length(head.content_length, body_length) || *body_length > REDIRECT_BODY_MAX)
        return CONTENT_TOO_LARGE;
    return REDIRECT_ANSWER;
}

/* ---- the body ---- */

/* Decodes a form's value (WHATWG URL, section 5.1). Returns NULL if it is invalid or contains a
 * NUL. */
static struct secret *decode(struct part value)
{
    auto_secret struct secret *decoded = secret_allocate(value.length);
    size_t length = 0;
    for (size_t i = 0; i < value.length; i++) {
        char c = value.bytes[i] == '+' ? ' ' : value.bytes[i];
        if (c == '%') {
            int high = i + 2 < value.length ? text_hex_value(value.bytes[i + 1]) : -1;
            int low = i + 2 < value.length ? text_hex_value(value.bytes[i + 2]) : -1;
            if (high < 0 || low < 0)
                return NULL;
            c = (char)(high * 16 + low);
            i += 2;
        }
        if (c == '\0')
            return NULL;
        decoded->bytes[length++] = c;
    }
    decoded->length = length;
    return steal(&decoded);
}

struct form {
    struct secret *code, *state, *error, *description;
};

static void clear_form(struct form *form)
{
    secret_free(form->code);
    secret_free(form->state);
    secret_free(form->error);
    secret_free(form->description);
}

/* Reads the known fields and ignores others. Returns false if one is invalid or repeated. */
static bool parse_form(struct part rest, struct form *form)
{
    const struct {
        const char *name;
        struct secret **value;
    } known[] = { { "code", &form->code },
                  { "state", &form->state },
                  { "error", &form->error },
                  { "error_description", &form->description } };
    while (rest.length > 0) {
        struct part value = split(&rest, "&");
        struct part name = split(&value, "=");
        for (size_t i = 0; i < ARRAY_SIZE(known); i++) {
            if (!part_is(name, known[i].name))
                continue;
            if (*known[i].value != NULL || (*known[i].value = decode(value)) == NULL)
                return false;
        }
    }
    return true;
}

/* VSCHAR of RFC 6749, appendix A.11. */
static bool is_code(const struct secret *code)
{
    for (size_t i = 0; i < code->length; i++)
        if (code->bytes[i] < ' ' || code->bytes[i] > '~')
            return false;
    return code->length > 0 && code->length <= CODE_MAX;
}

static void copy_text(char *text, size_t size, struct secret *from, const struct http_field *sent)
{
    if (from == NULL)
        return;
    redact_fields(sent, from->bytes, from->length);
    snprintf(text, size, "%.*s", (int)printable_cut(from->bytes, size - 1), from->bytes);
    printable_make(text);
}

static int read_body(struct part body, const struct redirect_expected *expected,
                     struct redirect *redirect)
{
    struct form form CLEANUP(clear_form) = { 0 };
    if (!parse_form(body, &form) || form.state == NULL)
        return BAD_REQUEST;
    if (!secret_equals(form.state, expected->state, strlen(expected->state)))
        return REDIRECT_OTHER_SIGN_IN;
    if ((form.code == NULL) == (form.error == NULL) || (form.code != NULL && !is_code(form.code)))
        return BAD_REQUEST;
    copy_text(redirect->error, sizeof redirect->error, form.error, expected->sent);
    copy_text(redirect->description, sizeof redirect->description, form.description,
              expected->sent);
    redirect->code = steal(&form.code);
    return REDIRECT_ANSWER;
}

int redirect_parse(const char *bytes, size_t length, const struct redirect_expected *expected,
                   struct redirect *ret_redirect)
{
    size_t body_length = 0;
    const char *end = memmem(bytes, length, "\r\n\r\n", 4);
    *ret_redirect = (struct redirect){ 0 };
    if (end == NULL)
        return length < REDIRECT_HEAD_MAX ? REDIRECT_MORE : HEADERS_TOO_LARGE;
    struct part head = { bytes, (size_t)(end - bytes) };
    if (head.length > REDIRECT_HEAD_MAX)
        return HEADERS_TOO_LARGE;
    int status = check_head(head, expected, &body_length);
    if (status != REDIRECT_ANSWER)
        return status;
    if (length - head.length - 4 < body_length)
        return REDIRECT_MORE;
    return read_body((struct part){ end + 4, body_length }, expected, ret_redirect);
}

void redirect_clear(struct redirect *redirect)
{
    secret_free(redirect->code);
    *redirect = (struct redirect){ 0 };
}
