/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "helpers/entra/completion/bash_line.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The word that is being read. */
struct reading {
    const char *at;
    char quote; /* the quotation mark that is open; 0: none is */
    bool is_word;
    bool is_escaping; /* the text ends with a backslash, which what follows would belong to */
    FILE *word;
    char *text; /* of word, once it is flushed */
    size_t length;
};

/* Takes one character or quotation mark of a word, as the shell does to remove quotes (POSIX, Shell
 * Command Language, 2.2). */
static void take(struct reading *reading)
{
    char c = *reading->at++;
    reading->is_word = true;
    reading->is_escaping = c == '\\' && reading->quote != '\'' && *reading->at == '\0';
    if (c == reading->quote) {
        reading->quote = 0;
    } else if (reading->quote == 0 && (c == '"' || c == '\'')) {
        reading->quote = c;
    } else if (c == '\\' && reading->quote != '\'' && *reading->at != '\0') {
        if (reading->quote == '"' && strchr("$`\"\\", *reading->at) == NULL)
            fputc(c, reading->word);
        fputc(*reading->at++, reading->word);
    } else if (c != '\\' || reading->quote != 0) {
        fputc(c, reading->word);
    }
}

static void begin_word(struct reading *reading)
{
    reading->is_word = false;
    reading->word = open_memstream(&reading->text, &reading->length);
}

static char *end_word(struct reading *reading)
{
    fclose(reading->word);
    return steal(&reading->text);
}

static bool is_blank(const struct reading *reading)
{
    return reading->quote == 0 && strchr(" \t\n", *reading->at) != NULL;
}

static void add_word(struct bash_line *line, char *word)
{
    line->words = reallocarray(line->words, line->count + 1, sizeof *line->words);
    line->words[line->count++] = word;
}

bool bash_line_read(const char *text, const char *replaced, struct bash_line *ret_line)
{
    size_t length = strlen(text), rest = strlen(replaced);
    *ret_line = (struct bash_line){ 0 };
    if (rest > length || strcmp(text + length - rest, replaced) != 0)
        return false;
    const char *place = text + length - rest;
    bool has_place = false;
    struct reading reading = { .at = text };
    begin_word(&reading);
    for (;;) {
        if (reading.at == place) {
            fflush(reading.word);
            has_place = !reading.is_escaping;
            ret_line->kept = reading.length;
            ret_line->quote = reading.quote;
        }
        if (*reading.at == '\0')
            break;
        if (!is_blank(&reading)) {
            take(&reading);
            continue;
        }
        reading.at++;
        if (!reading.is_word)
            continue;
        add_word(ret_line, end_word(&reading));
        begin_word(&reading);
        has_place = false;
    }
    ret_line->current = end_word(&reading);
    return has_place;
}

/* ---- quoting ---- */

/* What means itself everywhere. Letters beyond ASCII do too. */
static bool is_plain(char c)
{
    return strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._/:=@%+", c) !=
               NULL ||
           (unsigned char)c >= 0x80;
}

/* Within double quotes, an exclamation mark (history) cannot be escaped; nor can anything within
 * single ones. There, the quotation marks end before it, and begin again. */
static void quote_one(FILE *stream, char c, char quote)
{
    bool is_special = quote == '\''  ? c == '\''
                      : quote == '"' ? strchr("$`\"\\!", c) != NULL
                                     : !is_plain(c);
    if (!is_special)
        fputc(c, stream);
    else if (quote == '\'' || (quote == '"' && c == '!'))
        fprintf(stream, "%c\\%c%c", quote, c, quote);
    else
        fprintf(stream, "\\%c", c);
}

char *bash_line_quote(const struct bash_line *line, const char *word)
{
    char *text = NULL;
    size_t length = 0, whole = strlen(word);
    FILE *stream = open_memstream(&text, &length);
    for (size_t i = line->kept < whole ? line->kept : whole; i < whole; i++)
        quote_one(stream, word[i], line->quote);
    /* bash closes the quotation marks, unless the text seems to do so already. */
    fflush(stream);
    if (line->quote != 0 && length > 0 && text[length - 1] == line->quote)
        fputc(line->quote, stream);
    fclose(stream);
    return text;
}

void bash_line_clear(struct bash_line *line)
{
    for (size_t i = 0; i < line->count; i++)
        free(line->words[i]);
    free(line->words);
    free(line->current);
    *line = (struct bash_line){ 0 };
}
