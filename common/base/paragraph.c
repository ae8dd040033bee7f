/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "common/base/paragraph.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "common/base/cleanup.h"
#include "common/base/columns.h"
#include "common/base/text.h"

/* Lines that are longer are hard to follow, and words that are put on shorter ones as well. */
#define COLUMNS_MOST  100
#define COLUMNS_LEAST 20

#define COMMAND_INDENT 2

/* What may follow a quotation. */
#define AFTER_QUOTE " .,;:?!)"

/* What a command's own line stands in for. */
#define STOPS ".,;:"

/* The first word of a command: a program's name, or its path. */
#define PROGRAM "abcdefghijklmnopqrstuvwxyz0123456789-_./"

/* The text that is being laid out. */
struct page {
    FILE *stream;
    size_t columns, indent;
    size_t used;   /* of the current line */
    bool is_blank; /* nothing but the indentation is in it */
};

static void break_line(struct page *page, size_t indent)
{
    fprintf(page->stream, "\n%*s", (int)indent, "");
    page->used = indent;
    page->is_blank = true;
}

static void put(struct page *page, const char *text, size_t length)
{
    fwrite(text, 1, length, page->stream);
    page->used += columns_of_text(text, length);
    page->is_blank = false;
}

static void put_blanks(struct page *page, size_t count)
{
    fprintf(page->stream, "%*s", (int)count, "");
    page->used += count;
}

/* The length of a quotation with its marks; 0 if the text does not begin with one. */
static size_t quotation(const char *text)
{
    const char *end = text[0] == '\'' ? strchr(text + 1, '\'') : NULL;
    while (end != NULL && end[1] != '\0' && strchr(AFTER_QUOTE, end[1]) == NULL)
        end = strchr(end + 1, '\'');
    return end != NULL ? (size_t)(end - text) + 1 : 0;
}

/* The length of what must not be broken at the start of a text. */
static size_t piece(const char *text)
{
    size_t opening = strspn(text, "(");
    size_t quoted = quotation(text + opening);
    size_t inside = quoted > 0 ? opening + quoted : 0;
    return inside + strcspn(text + inside, " ");
}

/* Whether a quotation of this length is a command that can be put into a line of its own: of
 * several words, since one is never broken anyway, and with no more after it than a stop. */
static bool is_command(const char *text, size_t quoted)
{
    size_t first = quoted > 0 ? strspn(text + 1, PROGRAM) : 0;
    if (first == 0 || text[1 + first] != ' ' || first + 2 >= quoted)
        return false;
    const char *after = text + quoted;
    after += *after != '\0' && strchr(STOPS, *after) != NULL;
    return *after == ' ' || *after == '\0';
}

/* Puts a command between quotation marks into a line of its own. Returns how much of the text is
 * done: a stop after it goes with them. */
static size_t put_command(struct page *page, const char *text, size_t quoted)
{
    if (page->is_blank)
        put_blanks(page, COMMAND_INDENT);
    else
        break_line(page, page->indent + COMMAND_INDENT);
    put(page, text + 1, quoted - 2);
    size_t done = quoted + (text[quoted] != '\0' && strchr(STOPS, text[quoted]) != NULL);
    done += strspn(text + done, " ");
    if (text[done] != '\0')
        break_line(page, page->indent);
    return done;
}

/* pending is the number of blanks that are still to come before the text. */
static void put_text(struct page *page, const char *text, size_t pending, bool is_advice)
{
    for (; *text != '\0'; pending = 0) {
        size_t blanks = pending + strspn(text, " ");
        const char *word = text + strspn(text, " ");
        size_t length = piece(word), quoted = quotation(word);
        bool fits = page->used + blanks + columns_of_text(word, length) <= page->columns;
        if (!fits && is_advice && is_command(word, quoted)) {
            text = word + put_command(page, word, quoted);
            continue;
        }
        if (!fits && !page->is_blank)
            break_line(page, page->indent);
        else if (!page->is_blank || page->used == 0)
            put_blanks(page, blanks);
        put(page, word, length);
        text = word + length;
    }
}

/* The text as a sentence: one from outside may have its full stop already. The caller frees it. */
static char *sentence(const char *text)
{
    size_t length = strlen(text);
    bool has_stop = length > 0 && strchr(".!?", text[length - 1]) != NULL;
    return text_format("%s%s", text, has_stop ? "" : ".");
}

char *paragraph_format(const struct paragraph *paragraph, size_t columns)
{
    const char *advice = paragraph->advice;
    bool has_advice = advice != NULL && advice[0] != '\0';
    autofree char *text = has_advice ? sentence(paragraph->text) : strdup(paragraph->text);
    char *result = NULL;
    size_t size = 0;
    struct page page = { .stream = open_memstream(&result, &size),
                         .columns = columns > 0 ? columns : SIZE_MAX,
                         .indent = paragraph->indent,
                         .is_blank = true };
    const char *prefix = paragraph->prefix != NULL ? paragraph->prefix : "";
    size_t begun = strlen(prefix);
    while (columns > 0 && begun > 0 && prefix[begun - 1] == ' ')
        begun--;
    if (prefix[0] != '\0')
        put(&page, prefix, begun);
    put_text(&page, text, strlen(prefix) - begun, false);
    if (has_advice) {
        if (columns > 0)
            break_line(&page, page.indent);
        else
            put(&page, " ", 1);
        put_text(&page, advice, 0, true);
    }
    fclose(page.stream);
    return result;
}

size_t paragraph_columns(int fd)
{
    size_t columns = columns_of_terminal(fd);
    if (columns == 0)
        return 0;
    return columns > COLUMNS_MOST    ? COLUMNS_MOST
           : columns < COLUMNS_LEAST ? COLUMNS_LEAST
                                     : columns;
}
