/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "helpers/kubectl/kubeconfig/command_line.h"

#include <string.h>

#include "common/base/text.h"
#include "helpers/kubectl/kubeconfig/login.h"

void command_line_clear(struct command_line *line)
{
    for (size_t i = 0; i < line->count; i++)
        free(line->words[i].text);
}

/* ---- finding options ---- */

/* Where the value of an option is: in a word, after some bytes. */
struct place {
    size_t index;
    size_t skip;
};

/* The letter of an option's short form; 0 if it has none. */
static char letter_of(const char *name)
{
    const struct login_option *option = login_option_find(name);
    return strcmp(name, "--login") == 0 ? 'l' : option != NULL ? option->letter : '\0';
}

/* Finds the value of an option if the word at an index is that option: NAME VALUE, NAME=VALUE, or
 * with its letter -l VALUE, -l=VALUE and -lVALUE. */
static bool find_value(const struct command_line *line, size_t index, const char *name,
                       struct place *place)
{
    const char *word = line->words[index].text;
    size_t length = strlen(name);
    char letter = letter_of(name);
    bool is_letter = letter != '\0' && word[0] == '-' && word[1] == letter;
    if (line->words[index].is_dropped)
        return false;
    if (strcmp(word, name) == 0 || (is_letter && word[2] == '\0'))
        *place = (struct place){ .index = index + 1 };
    else if (strncmp(word, name, length) == 0 && word[length] == '=')
        *place = (struct place){ .index = index, .skip = length + 1 };
    else if (is_letter)
        *place = (struct place){ .index = index, .skip = word[2] == '=' ? 3 : 2 };
    else
        return false;
    return place->index < line->count;
}

static const char *value_at(const struct command_line *line, const struct place *place)
{
    return line->words[place->index].text + place->skip;
}

const char *command_line_value(const struct command_line *line, const char *name)
{
    const char *value = NULL;
    struct place place;
    for (size_t i = 0; i < line->count; i++)
        if (find_value(line, i, name, &place))
            value = value_at(line, &place);
    return value;
}

static bool is_switch(const char *word, const char *name)
{
    size_t length = strlen(name);
    return strncmp(word, name, length) == 0 && (word[length] == '\0' || word[length] == '=');
}

/* ---- changing options ---- */

void command_line_drop(struct command_line *line, const char *name, bool is_flag)
{
    struct place place;
    for (size_t i = 0; i < line->count; i++) {
        struct word *word = &line->words[i];
        if (is_flag && !word->is_dropped && is_switch(word->text, name)) {
            word->is_dropped = true;
        } else if (!is_flag && find_value(line, i, name, &place)) {
            word->is_dropped = true;
            line->words[place.index].is_dropped = true;
        }
    }
}

static void replace_value(struct command_line *line, const struct place *place, const char *value)
{
    struct word *word = &line->words[place->index];
    char *text = text_format("%.*s%s", (int)place->skip, word->text, value);
    free(word->text);
    word->text = text;
    word->is_changed = true;
}

static void add_words(struct command_line *line, const char *name, const char *value)
{
    line->added[line->added_count++] = name;
    if (value != NULL)
        line->added[line->added_count++] = value;
}

void command_line_set(struct command_line *line, const char *name, const char *value)
{
    bool is_list = strcmp(name, "--scope") == 0, found = false;
    struct place place, last = { 0 };
    for (size_t i = 0; i < line->count; i++) {
        if (!find_value(line, i, name, &place))
            continue;
        if (is_list && strcmp(value_at(line, &place), value) == 0)
            return;
        found = !is_list;
        last = place;
    }
    if (!found)
        add_words(line, name, value);
    else if (strcmp(value_at(line, &last), value) != 0)
        replace_value(line, &last, value);
    for (const struct login_option *option = login_options; option->name != NULL; option++)
        if (strcmp(option->name, name) != 0 && login_options_are_same(option->name, name))
            command_line_drop(line, option->name, option->is_switch);
}

void command_line_set_flag(struct command_line *line, const char *name)
{
    bool found = false;
    for (size_t i = 0; i < line->count; i++) {
        struct word *word = &line->words[i];
        if (word->is_dropped || !is_switch(word->text, name))
            continue;
        found = found || strcmp(word->text, name) == 0;
        word->is_dropped = strcmp(word->text, name) != 0; /* it may be =false */
    }
    if (!found)
        add_words(line, name, NULL);
}
