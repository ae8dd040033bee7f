/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "helpers/entra/setup/toml_text.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/cleanup.h"
#include "helpers/entra/setup/toml_string.h"

#define BARE   "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
#define SCALAR BARE "+.:"

struct scanner {
    const char *text, *end, *at;
    const char *statement; /* where the current one begins */
    char *steps[TOML_DEPTH_MAX];
    size_t depth;
    size_t inside; /* how many arrays and inline tables */
    toml_visit *visit;
    void *context;
    const char *fault; /* NULL: a visit ended it */
};

static bool fail(struct scanner *scanner, const char *fault)
{
    scanner->fault = fault;
    return false;
}

static bool is_next(const struct scanner *scanner, char c)
{
    return scanner->at < scanner->end && *scanner->at == c;
}

static bool take(struct scanner *scanner, char c)
{
    bool is = is_next(scanner, c);
    scanner->at += is;
    return is;
}

static void skip_blanks(struct scanner *scanner)
{
    while (take(scanner, ' ') || take(scanner, '\t'))
        ;
}

static bool take_newline(struct scanner *scanner)
{
    if (is_next(scanner, '\r') && scanner->end - scanner->at >= 2 && scanner->at[1] == '\n')
        scanner->at++;
    return take(scanner, '\n');
}

/* Blanks, and a comment up to its newline. */
static void skip_rest(struct scanner *scanner)
{
    skip_blanks(scanner);
    if (is_next(scanner, '#'))
        while (scanner->at < scanner->end && *scanner->at != '\n')
            scanner->at++;
}

static void skip_lines(struct scanner *scanner)
{
    do
        skip_rest(scanner);
    while (take_newline(scanner));
}

/* Takes the bytes of a set. */
static struct slice take_run(struct scanner *scanner, const char *set)
{
    const char *begin = scanner->at;
    while (scanner->at < scanner->end && *scanner->at != '\0' && strchr(set, *scanner->at) != NULL)
        scanner->at++;
    return (struct slice){ begin, (size_t)(scanner->at - begin) };
}

static struct slice from(const char *begin, const struct scanner *scanner)
{
    return (struct slice){ begin, (size_t)(scanner->at - begin) };
}

/* ---- steps ---- */

/* Takes over step. */
static bool push(struct scanner *scanner, char *step)
{
    if (scanner->depth == TOML_DEPTH_MAX) {
        free(step);
        return fail(scanner, "it is nested too deeply");
    }
    scanner->steps[scanner->depth++] = step;
    return true;
}

static void pop(struct scanner *scanner, size_t depth)
{
    while (scanner->depth > depth)
        free(scanner->steps[--scanner->depth]);
}

static bool pass_on(struct scanner *scanner, struct toml_item *item)
{
    const char *newline = memchr(scanner->at, '\n', (size_t)(scanner->end - scanner->at));
    const char *end = newline != NULL ? newline + 1 : scanner->end;
    item->steps = (const char *const *)scanner->steps;
    item->depth = scanner->depth;
    item->is_inline = scanner->inside > 0;
    item->line = (struct slice){ scanner->statement, (size_t)(end - scanner->statement) };
    return scanner->visit(scanner->context, item);
}

/* ---- keys ---- */

static bool take_quoted(struct scanner *scanner, struct slice *ret_text)
{
    size_t length = toml_string_length(scanner->at, (size_t)(scanner->end - scanner->at));
    *ret_text = (struct slice){ scanner->at, length };
    scanner->at += length;
    return length > 0 || fail(scanner, "a string has no end");
}

static bool push_quoted(struct scanner *scanner)
{
    struct slice text;
    if (!take_quoted(scanner, &text))
        return false;
    auto_secret struct secret *name = toml_string_read(text.bytes, text.length);
    if (name == NULL || strlen(name->bytes) != name->length)
        return fail(scanner, "a key cannot be read");
    return push(scanner, strdup(name->bytes));
}

static bool push_bare(struct scanner *scanner)
{
    struct slice text = take_run(scanner, BARE);
    if (text.length == 0)
        return fail(scanner, "there is no key");
    return push(scanner, strndup(text.bytes, text.length));
}

/* Takes a key, whose parts become steps. */
static bool take_key(struct scanner *scanner, struct toml_item *item)
{
    const char *begin = scanner->at;
    do {
        skip_blanks(scanner);
        item->prefix = from(begin, scanner);
        bool is_quoted = is_next(scanner, '"') || is_next(scanner, '\'');
        if (!(is_quoted ? push_quoted : push_bare)(scanner))
            return false;
        item->key = from(begin, scanner);
        skip_blanks(scanner);
    } while (take(scanner, '.'));
    return true;
}

/* ---- values ---- */

static bool take_value(struct scanner *scanner, struct toml_item *item);

static bool take_array_item(struct scanner *scanner, size_t index)
{
    size_t depth = scanner->depth;
    struct toml_item item = { .outer = depth };
    bool ok = push(scanner, text_format("%zu", index)) && take_value(scanner, &item);
    pop(scanner, depth);
    return ok;
}

static bool take_array(struct scanner *scanner)
{
    for (size_t index = 0;; index++) {
        skip_lines(scanner);
        if (take(scanner, ']'))
            return true;
        if (!take_array_item(scanner, index))
            return false;
        skip_lines(scanner);
        if (!take(scanner, ',')) /* one may follow the last item */
            return take(scanner, ']') || fail(scanner, "an array has no end");
    }
}

static bool take_pair(struct scanner *scanner)
{
    size_t depth = scanner->depth;
    struct toml_item item = { .outer = depth };
    bool ok =
        take_key(scanner, &item) && (take(scanner, '=') || fail(scanner, "a key has no value"));
    skip_blanks(scanner);
    ok = ok && take_value(scanner, &item);
    pop(scanner, depth);
    return ok;
}

/* All of it is in one line, without a comma after the last member. */
static bool take_inline_table(struct scanner *scanner)
{
    skip_blanks(scanner);
    if (take(scanner, '}'))
        return true;
    do {
        skip_blanks(scanner);
        if (!take_pair(scanner))
            return false;
        skip_blanks(scanner);
    } while (take(scanner, ','));
    return take(scanner, '}') || fail(scanner, "an inline table has no end in its line");
}

static bool take_inside(struct scanner *scanner, bool (*members)(struct scanner *))
{
    scanner->at++;
    scanner->inside++;
    bool ok = members(scanner);
    scanner->inside--;
    return ok;
}

/* A number, a date or a word. A date may have a blank before its time. */
static bool take_scalar(struct scanner *scanner)
{
    struct slice word = take_run(scanner, SCALAR);
    const char *end = scanner->at;
    bool is_date = word.length == strlen("1979-05-27") && word.bytes[4] == '-';
    if (is_date && (!take(scanner, ' ') || take_run(scanner, "0123456789:.+-Zz").length == 0))
        scanner->at = end;
    return word.length > 0 || fail(scanner, "a value cannot be read");
}

static bool take_value(struct scanner *scanner, struct toml_item *item)
{
    struct slice quoted;
    const char *begin = scanner->at;
    char first = begin < scanner->end ? *begin : '\0';
    item->kind = first == '"' || first == '\'' ? TOML_STRING
                 : first == '['                ? TOML_ARRAY
                 : first == '{'                ? TOML_INLINE_TABLE
                                               : TOML_OTHER;
    bool ok = item->kind == TOML_STRING         ? take_quoted(scanner, &quoted)
              : item->kind == TOML_ARRAY        ? take_inside(scanner, take_array)
              : item->kind == TOML_INLINE_TABLE ? take_inside(scanner, take_inline_table)
                                                : take_scalar(scanner);
    item->value = from(begin, scanner);
    return ok && pass_on(scanner, item);
}

/* ---- statements ---- */

/* Its steps are the beginning of those that follow. */
static bool take_header(struct scanner *scanner)
{
    struct toml_item item = { .kind = TOML_HEADER };
    const char *begin = scanner->at++;
    if (take(scanner, '['))
        item.kind = TOML_ARRAY_HEADER;
    pop(scanner, 0);
    if (!take_key(scanner, &item))
        return false;
    if (!take(scanner, ']') || (item.kind == TOML_ARRAY_HEADER && !take(scanner, ']')))
        return fail(scanner, "a header has no end");
    item.value = from(begin, scanner);
    return pass_on(scanner, &item);
}

static bool take_statement(struct scanner *scanner)
{
    scanner->statement = scanner->at;
    skip_blanks(scanner);
    if (!(is_next(scanner, '[') ? take_header : take_pair)(scanner))
        return false;
    skip_rest(scanner);
    return scanner->at == scanner->end || take_newline(scanner) ||
           fail(scanner, "there is more after a value");
}

/* Passes over blank lines and comments. Returns whether a statement follows, whose line has begun
 * there. */
static bool find_statement(struct scanner *scanner)
{
    const char *line;
    do {
        line = scanner->at;
        skip_rest(scanner);
    } while (take_newline(scanner));
    bool is_there = scanner->at < scanner->end;
    scanner->at = is_there ? line : scanner->end;
    return is_there;
}

static size_t line_of(const struct scanner *scanner)
{
    size_t line = 1;
    for (const char *c = scanner->text; c < scanner->at; c++)
        line += *c == '\n';
    return line;
}

bool toml_text_each(const char *text, size_t length, toml_visit *visit, void *context,
                    struct error *error)
{
    struct scanner scanner = {
        .text = text, .end = text + length, .at = text, .visit = visit, .context = context
    };
    bool ok = true;
    while (ok && find_statement(&scanner))
        ok = take_statement(&scanner);
    pop(&scanner, 0);
    if (scanner.fault != NULL)
        error_set(error, ERROR_USAGE, "line %zu is not TOML as it is read here: %s",
                  line_of(&scanner), scanner.fault);
    return ok;
}
