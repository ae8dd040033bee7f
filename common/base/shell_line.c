/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "common/base/shell_line.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "common/base/cleanup.h"
#include "common/base/printable.h"
#include "common/base/text.h"
#include "common/base/utf8.h"

/* Characters that a shell takes literally. */
#define PLAIN "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789@%+=:,./-_#~^"

/* Those of them that mean something at the start of a word: a home folder, a comment, and in zsh
 * the path of a program. */
#define SPECIAL_AT_START "~#=^"

/* What stands for a value that cannot be shown so that it would be taken literally. */
#define LEFT_OUT "..."

static bool is_plain(const char *value)
{
    return value[0] != '\0' && strchr(SPECIAL_AT_START, value[0]) == NULL &&
           value[strspn(value, PLAIN)] == '\0';
}

/* Whether a shell takes the value literally in quotation marks, and messages show all of it. */
static bool can_be_quoted(const char *value)
{
    uint32_t character;
    if (strpbrk(value, "\"$`\\!") != NULL)
        return false;
    for (size_t length; *value != '\0'; value += length) {
        length = utf8_read(value, UTF8_MAX, &character);
        if (length == 0 || printable_is_control(character))
            return false;
    }
    return true;
}

static void append(struct shell_line *line, const char *word)
{
    size_t used = strlen(line->text), length = strlen(word);
    if (used + length < sizeof line->text)
        memcpy(line->text + used, word, length + 1);
}

/* Whether there is room for a word, and for what says that there was none for the next. */
static bool has_room(const struct shell_line *line, const char *word)
{
    return strlen(line->text) + strlen(word) + strlen(" " LEFT_OUT) < sizeof line->text;
}

/* A value that was cut would be another one, such as another folder or account. */
void shell_line_add(void *line, const char *name, const char *value)
{
    autofree char *without = text_format(" %s \"" LEFT_OUT "\"", name);
    autofree char *word = value == NULL          ? text_format(" %s", name)
                          : is_plain(value)      ? text_format(" %s %s", name, value)
                          : can_be_quoted(value) ? text_format(" %s \"%s\"", name, value)
                                                 : strdup(without);
    append(line, has_room(line, word) ? word : has_room(line, without) ? without : " " LEFT_OUT);
}
