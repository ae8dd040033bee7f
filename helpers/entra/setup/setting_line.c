/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "helpers/entra/setup/setting_line.h"

#include <string.h>

#include "common/base/text.h"
#include "helpers/entra/setup/toml_text.h"

#define MARK        "# by 'entra setup pip'"
#define IN_PLACE_OF ", in place of: "

/* A line of the text, without its end. */
struct line {
    const char *start;
    size_t length;
    const char *next; /* of the following line, or the end of the text */
    size_t indent;
};

/* What was found of a setting. A start is NULL if there is none. */
struct place {
    struct line line;   /* of the setting */
    struct line before; /* the line above it */
    struct line above;  /* the line above that */
    const char *value;  /* of the setting */
    size_t value_length;
    const char *header; /* the end of the section's header, or the start of a TOML file */
    struct line first;  /* the first line below the header that is neither empty nor a comment */
    bool is_unclear;
};

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\f' || c == '\v';
}

static struct line line_at(const char *start)
{
    struct line line = { .start = start, .length = strcspn(start, "\n") };
    line.next = start + line.length + (start[line.length] == '\n');
    while (line.length > 0 && is_space(start[line.length - 1]))
        line.length--;
    while (line.indent < line.length && is_space(start[line.indent]))
        line.indent++;
    return line;
}

/* Whether there is nothing but a comment, if that, on the line. */
static bool is_blank(const struct line *line)
{
    return line->indent == line->length || strchr("#;", line->start[line->indent]) != NULL;
}

/* Whether a line is the header of this section, in which configparser ignores what follows the last
 * bracket. */
static bool is_header_of(const struct line *line, const char *section)
{
    const char *name = line->start + line->indent + 1;
    const char *end = memrchr(name, ']', (size_t)(line->start + line->length - name));
    return end != NULL && (size_t)(end - name) == strlen(section) &&
           strncmp(name, section, strlen(section)) == 0;
}

/* Whether a line sets the key. pip takes --KEY_NAME for key-name. */
static bool is_of_key(const struct setting *setting, const struct line *line, size_t *ret_value)
{
    size_t at = line->indent, length = strlen(setting->key);
    if (strncmp(line->start + at, "--", 2) == 0)
        at += 2;
    if (at + length > line->length)
        return false;
    for (size_t i = 0; i < length; i++, at++) {
        char c = line->start[at];
        if ((c == '_' ? '-' : text_lower_char(c)) != setting->key[i])
            return false;
    }
    while (at < line->length && is_space(line->start[at]))
        at++;
    if (at == line->length || strchr("=:", line->start[at]) == NULL)
        return false;
    for (at++; at < line->length && is_space(line->start[at]);)
        at++;
    *ret_value = at;
    return true;
}

/* Finds the section and the setting as Python's configparser does: a line that is indented more
 * than the option above it goes on with its value. */
static struct place find_in_sections(const struct setting *setting, const char *text)
{
    struct place place = { 0 };
    struct line before = { 0 }, above = { 0 };
    size_t indent = 0;
    const char *option = NULL; /* whose value a line with a larger indent goes on with */
    bool is_inside = false;
    for (struct line line; *text != '\0'; text = line.next, above = before, before = line) {
        size_t value = 0;
        line = line_at(text);
        if (is_blank(&line))
            continue;
        if (is_inside && place.first.start == NULL)
            place.first = line;
        if (option != NULL && line.indent > indent) {
            place.is_unclear = place.is_unclear || option == place.line.start;
            continue;
        }
        indent = line.indent;
        option = line.start[line.indent] != '[' ? line.start : NULL;
        if (option == NULL) {
            is_inside = is_header_of(&line, setting->section);
            place.is_unclear = place.is_unclear || (is_inside && place.header != NULL);
            if (is_inside)
                place.header = line.next;
        } else if (is_inside && is_of_key(setting, &line, &value)) {
            place.is_unclear = place.is_unclear || place.line.start != NULL;
            place.line = line;
            place.before = before;
            place.above = above;
            place.value = line.start + value;
            place.value_length = line.length - value;
        }
    }
    return place;
}

/* What is sought among the items of a TOML file. */
struct search {
    const struct setting *setting;
    struct toml_item found; /* its line is empty if there is none */
    bool is_below_table;
    bool is_unclear;
};

static bool visit_item(void *context, const struct toml_item *item)
{
    struct search *search = context;
    bool is_header = item->kind == TOML_HEADER || item->kind == TOML_ARRAY_HEADER;
    search->is_below_table = search->is_below_table || is_header;
    if (search->is_below_table || item->is_inline ||
        strcmp(item->steps[0], search->setting->key) != 0)
        return true;
    search->is_unclear = search->found.line.bytes != NULL || item->depth != 1 ||
                         memchr(item->value.bytes, '\n', item->value.length) != NULL;
    search->found = *item;
    return true;
}

/* Finds the setting above the first table of a TOML file. */
static struct place find_at_top(const struct setting *setting, const char *text)
{
    struct search search = { .setting = setting };
    struct place place = { .header = text };
    struct error unused;
    if (!toml_text_each(text, strlen(text), visit_item, &search, &unused) || search.is_unclear ||
        strncmp(text, "\xef\xbb\xbf", 3) == 0) {
        place.is_unclear = true;
        return place;
    }
    if (search.found.line.bytes == NULL)
        return place;
    for (struct line line; *text != '\0' && text <= search.found.line.bytes; text = line.next) {
        place.above = place.before;
        place.before = place.line;
        place.line = line = line_at(text);
    }
    place.value = search.found.value.bytes;
    place.value_length = search.found.value.length;
    return place;
}

static struct place find(const struct setting *setting, const struct secret *text)
{
    struct place place =
        (setting->section != NULL ? find_in_sections : find_at_top)(setting, text->bytes);
    place.is_unclear = place.is_unclear || strlen(text->bytes) != text->length;
    return place;
}

static bool is_mark(const struct line *line)
{
    size_t length = strlen(MARK);
    return line->start != NULL && line->length - line->indent >= length &&
           strncmp(line->start + line->indent, MARK, length) == 0;
}

/* Whether the section itself was added, with its header between the mark and the setting. */
static bool is_whole_section(const struct place *place)
{
    return is_mark(&place->above) && place->before.next == place->header;
}

enum setting_state setting_find(const struct setting *setting, const struct secret *text)
{
    struct place place = find(setting, text);
    if (place.is_unclear)
        return SETTING_UNCLEAR;
    if (place.line.start == NULL)
        return SETTING_MISSING;
    if (place.value_length != strlen(setting->value) ||
        strncmp(place.value, setting->value, place.value_length) != 0)
        return SETTING_OTHER;
    return is_mark(&place.before) || is_whole_section(&place) ? SETTING_OURS : SETTING_SAME;
}

enum setting_state setting_find_inherited(const struct setting *setting, const struct secret *text)
{
    const struct setting inherited = { "DEFAULT", setting->key, setting->value };
    enum setting_state state = setting_find(setting, text);
    bool is_there = find(setting, text).header != NULL;
    return state == SETTING_MISSING && is_there ? setting_find(&inherited, text) : state;
}

/* The text with what is between the two places replaced. */
static struct secret *splice(const struct secret *text, const char *from, const char *to,
                             const char *middle)
{
    return secret_format("%.*s%s%s", (int)(from - text->bytes), text->bytes, middle, to);
}

struct secret *setting_set(const struct setting *setting, const struct secret *text)
{
    struct place place = find(setting, text);
    const char *end = strstr(text->bytes, "\r\n") != NULL ? "\r\n" : "\n";
    const char *tail = text->bytes + text->length;
    const char *gap = text->length > 0 && tail[-1] != '\n' ? end : "";
    const struct line *like = place.line.start != NULL ? &place.line : &place.first;
    const char *from = place.line.start != NULL ? place.line.start : place.header;
    const char *to = place.line.start != NULL ? place.line.next : place.header;
    autofree char *setting_text = text_format("%s = %s", setting->key, setting->value);
    autofree char *old =
        place.line.start != NULL
            ? text_format(IN_PLACE_OF "%.*s", (int)(place.line.length - place.line.indent),
                          place.line.start + place.line.indent)
            : strdup("");
    autofree char *indent = strndup(like->start != NULL ? like->start : "", like->indent);
    autofree char *lines = from == NULL
                               ? text_format("%s" MARK "%s[%s]%s%s%s", gap, end, setting->section,
                                             end, setting_text, end)
                               : text_format("%s%s" MARK "%s%s%s%s%s", from == tail ? gap : "",
                                             indent, old, end, indent, setting_text, end);
    return splice(text, from != NULL ? from : tail, to != NULL ? to : tail, lines);
}

struct secret *setting_unset(const struct setting *setting, const struct secret *text)
{
    struct place place = find(setting, text);
    const struct line *line = &place.line, *mark = &place.before;
    const char *end = strstr(text->bytes, "\r\n") != NULL ? "\r\n" : "\n";
    if (line->next == NULL) /* which is not so for SETTING_OURS */
        return secret_new(text->bytes, text->length);
    if (!is_mark(mark)) {
        bool is_alone = *line->next == '\0' || *line->next == '[';
        auto_secret struct secret *rest =
            splice(text, is_alone ? place.before.start : line->start, line->next, "");
        return splice(rest, rest->bytes + (place.above.start - text->bytes),
                      rest->bytes + (place.above.next - text->bytes), "");
    }
    const char *old = memmem(mark->start, mark->length, IN_PLACE_OF, strlen(IN_PLACE_OF));
    autofree char *before =
        old != NULL ? text_format("%.*s%.*s%s", (int)mark->indent, mark->start,
                                  (int)(mark->start + mark->length - old - strlen(IN_PLACE_OF)),
                                  old + strlen(IN_PLACE_OF), end)
                    : strdup("");
    return splice(text, mark->start, line->next, before);
}
