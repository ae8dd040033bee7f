/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "common/acquire/user/sign_in_page.h"

#include <openssl/evp.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "common/base/array.h"
#include "common/base/cleanup.h"
#include "common/base/printable.h"
#include "common/base/text.h"

/* The Makefile makes these of the files with these names. */
extern const char sign_in_page_html[], sign_in_page_css[];

/* The names between {{ and }} in the template. */
static const struct field {
    const char *name;
    size_t offset;
    enum { VALUE, WORDS, ADVICE } kind; /* advice has commands */
} fields[] = {
    { "mark", offsetof(struct sign_in_page, mark), VALUE },
    { "title", offsetof(struct sign_in_page, title), VALUE },
    { "text", offsetof(struct sign_in_page, text), WORDS },
    { "account", offsetof(struct sign_in_page, account), VALUE },
    { "requested", offsetof(struct sign_in_page, requested), VALUE },
    { "other", offsetof(struct sign_in_page, other), VALUE },
    { "api", offsetof(struct sign_in_page, api), VALUE },
    { "host", offsetof(struct sign_in_page, host), VALUE },
    { "advice", offsetof(struct sign_in_page, advice), ADVICE },
    { "code", offsetof(struct sign_in_page, code), VALUE },
    { "correlation_id", offsetof(struct sign_in_page, correlation_id), VALUE },
    { "time", offsetof(struct sign_in_page, time), VALUE },
    { "end", offsetof(struct sign_in_page, end), VALUE },
};
_Static_assert(ARRAY_SIZE(fields) * sizeof(char *) == sizeof(struct sign_in_page),
               "every member has its name in the template");

static void write_escaped(FILE *html, const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        const char *escaped = text[i] == '<'    ? "&lt;"
                              : text[i] == '>'  ? "&gt;"
                              : text[i] == '&'  ? "&amp;"
                              : text[i] == '"'  ? "&quot;"
                              : text[i] == '\'' ? "&#39;"
                                                : NULL;
        if (escaped != NULL)
            fputs(escaped, html);
        else
            fputc(text[i], html);
    }
}

/* Writes words. One that a browser would break at a hyphen or slash, such as an option, an id or a
 * URL, goes into an element that keeps it whole where there is room. */
static void write_words(FILE *html, const char *text, size_t length)
{
    for (size_t i = 0; i < length;) {
        const char *word = text + i;
        const char *blank = memchr(word, ' ', length - i);
        size_t size = blank != NULL ? (size_t)(blank - word) : length - i;
        bool is_whole = memchr(word, '-', size) != NULL || memchr(word, '/', size) != NULL;
        fputs(is_whole ? "<span>" : "", html);
        write_escaped(html, word, size);
        fputs(is_whole ? "</span>" : "", html);
        fputs(blank != NULL ? " " : "", html);
        i += size + (blank != NULL);
    }
}

/* The command in quotation marks at the beginning of text; one that has further ones is none, since
 * a part of it would mislead. Its bytes are NULL if there is none. */
static struct slice command_at(const char *text)
{
    static const char program[] = "'entra ";
    const char *end = strncmp(text, program, strlen(program)) == 0 ? strchr(text + 1, '\'') : NULL;
    bool is_whole = end != NULL && strchr(" ,.;:)", end[1]) != NULL; /* or the end of the text */
    return is_whole ? (struct slice){ text + 1, (size_t)(end - text) - 1 } : (struct slice){ 0 };
}

/* Writes words, and the commands in them as such. */
static void write_advice(FILE *html, const char *text)
{
    const char *begin = text, *p = text;
    while (*p != '\0') {
        struct slice command = command_at(p);
        if (command.bytes == NULL) {
            p++;
            continue;
        }
        write_words(html, begin, (size_t)(p - begin));
        fputs("<code>", html);
        write_words(html, command.bytes, command.length);
        fputs("</code>", html);
        begin = p = command.bytes + command.length + 1;
    }
    write_words(html, begin, (size_t)(p - begin));
}

static void write_value(FILE *html, const char *value, const struct field *field)
{
    size_t length = printable_cut(value, SIGN_IN_PAGE_TEXT_MAX);
    autofree char *shown = text_format("%.*s%s", (int)length, value, value[length] ? "…" : "");
    printable_make(shown);
    if (field->kind == ADVICE)
        write_advice(html, shown);
    else if (field->kind == WORDS)
        write_words(html, shown, strlen(shown));
    else
        write_escaped(html, shown, strlen(shown));
}

/* The field with this name; NULL if there is none. */
static const struct field *find_field(struct slice name)
{
    for (size_t i = 0; i < ARRAY_SIZE(fields); i++)
        if (strlen(fields[i].name) == name.length &&
            memcmp(fields[i].name, name.bytes, name.length) == 0)
            return &fields[i];
    return NULL;
}

/* Fills in a line of the template; one with a name that has no value is left out. A name that is no
 * field's is that of the style, which alone is not plain text. */
static void write_line(FILE *html, struct slice line, const struct sign_in_page *page)
{
    const char *open = memmem(line.bytes, line.length, "{{", 2);
    const char *end = line.bytes + line.length;
    const char *close = open != NULL ? memmem(open, (size_t)(end - open), "}}", 2) : NULL;
    if (close == NULL) {
        fwrite(line.bytes, 1, line.length, html);
        return;
    }
    const struct field *field = find_field((struct slice){ open + 2, (size_t)(close - open) - 2 });
    const char *value = sign_in_page_css;
    if (field != NULL)
        memcpy(&value, (const char *)page + field->offset, sizeof value);
    if (value == NULL || value[0] == '\0')
        return;
    fwrite(line.bytes, 1, (size_t)(open - line.bytes), html);
    if (field != NULL)
        write_value(html, value, field);
    else
        fputs(value, html);
    fwrite(close + 2, 1, (size_t)(end - close) - 2, html);
}

/* Returns the page as HTML. The caller frees it. */
static char *make_html(const struct sign_in_page *page)
{
    char *html = NULL;
    size_t size = 0;
    FILE *file = open_memstream(&html, &size);
    for (const char *line = sign_in_page_html; *line != '\0';) {
        struct slice rest = { line, strcspn(line, "\n") + 1 };
        write_line(file, rest, page);
        line += rest.length;
    }
    fclose(file);
    return html;
}

/* The hash by which the browser knows the page's own style (CSP Level 3, 2.3.1). base64 has room
 * for 44 characters and a NUL. */
static void hash_style(char *base64)
{
    unsigned char digest[32] = { 0 };
    EVP_Digest(sign_in_page_css, strlen(sign_in_page_css), digest, NULL, EVP_sha256(), NULL);
    EVP_EncodeBlock((unsigned char *)base64, digest, sizeof digest);
}

char *sign_in_page_response(int status, const char *header, const struct sign_in_page *page)
{
    char hash[45];
    autofree char *html = make_html(page);
    hash_style(hash);
    return text_format("HTTP/1.1 %d %s\r\n"
                       "Content-Type: text/html; charset=utf-8\r\n"
                       "Content-Length: %zu\r\n"
                       "Content-Security-Policy: default-src 'none'; style-src 'sha256-%s'; "
                       "base-uri 'none'; form-action 'none'; frame-ancestors 'none'\r\n"
                       "X-Content-Type-Options: nosniff\r\n"
                       "Referrer-Policy: no-referrer\r\n"
                       "Cache-Control: no-store\r\n"
                       "Connection: close\r\n%s\r\n%s",
                       status, status < 400 ? "OK" : "Refused", strlen(html), hash, header, html);
}

void sign_in_page_send(int fd, int status, const char *header, const struct sign_in_page *page)
{
    autofree char *response = sign_in_page_response(status, header, page);
    send(fd, response, strlen(response), 0); /* no waiting, and SIGPIPE is ignored */
    shutdown(fd, SHUT_WR);
}
