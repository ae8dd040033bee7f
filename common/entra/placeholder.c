/* SPDX-License-Identifier: MIT */
#include "common/entra/placeholder.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

#include "common/base/array.h"

#define LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
#define DIGITS  "0123456789"

/* More than this is no placeholder that anybody wrote. */
#define LENGTH_MAX 200

/* Whether a text of this length begins and ends with these. */
static bool has_ends(const char *text, size_t length, const char *begin, const char *end)
{
    size_t before = strlen(begin), after = strlen(end);
    return length > before + after && strncmp(text, begin, before) == 0 &&
           strncmp(text + length - after, end, after) == 0;
}

/* Whether it is words in brackets. JSON, such as claims, has quotation marks in them; an IPv6
 * address, no letter after F; and a secret that Entra once issued, other punctuation. */
static bool is_enclosed(const char *text, size_t length)
{
    static const char *const brackets[][2] = {
        { "[", "]" },           { "<", ">" },           { "{", "}" },
        { "\u2039", "\u203A" }, { "\u00AB", "\u00BB" }, { "$(", ")" },
        { "${", "}" },          { "#{", "}#" },         { "__", "__" },
    };
    bool has_marks = strcspn(text, "\"\\+=?!;@&*|^~`%") < length;
    bool has_words = strcspn(text, "GHIJKLMNOPQRSTUVWXYZghijklmnopqrstuvwxyz") < length;
    for (size_t i = 0; i < ARRAY_SIZE(brackets); i++)
        if (has_ends(text, length, brackets[i][0], brackets[i][1]))
            return has_words && !has_marks;
    return false;
}

static bool is_word(const char *text, size_t length, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strlen(words[i]) == length && strncasecmp(text, words[i], length) == 0)
            return true;
    return false;
}

/* Whether it is several words, the first or last of which, or both, tell the reader what to do. */
static bool is_request(const char *text, size_t length, bool by_both)
{
    static const char *const first[] = { "enter", "your", "insert", "paste", "replace" };
    static const char *const last[] = { "here" };
    size_t words = 0;
    bool begins = false, closes = false;
    for (size_t at = 0; at < length; words++) {
        size_t letters = strspn(text + at, LETTERS "'"), digits = strspn(text + at, DIGITS);
        size_t word = letters > digits ? letters : digits;
        bool ends = at + word >= length;
        if (word == 0 || (!ends && strchr("-_ ", text[at + word]) == NULL))
            return false;
        if (words == 0)
            begins = is_word(text, word, first, ARRAY_SIZE(first));
        else if (ends)
            closes = is_word(text + at, word, last, ARRAY_SIZE(last));
        at += word + 1;
    }
    return words > 1 && (by_both ? begins && closes : begins || closes);
}

/* Whether it is x's or asterisks, perhaps in the form of a GUID. */
static bool is_mask(const char *text, size_t length)
{
    size_t marks = 0;
    for (size_t i = 0; i < length; i++) {
        if (strchr("xX*-._", text[i]) == NULL)
            return false;
        marks += strchr("xX*", text[i]) != NULL;
    }
    return marks >= 4;
}

/* Whether a label of a host, or a segment of a path, is one beyond doubt: there are hosts such as
 * your-company.com, and paths such as api/{id}. */
static bool has_part(const char *text, size_t length)
{
    for (size_t at = 0; at < length;) {
        size_t part = strcspn(text + at, "./");
        if (part > length - at)
            part = length - at;
        bool has_angles = part > 0 && (text[at] == '<' || (text[at] & 0x80) != 0);
        if (is_request(text + at, part, true) || (has_angles && is_enclosed(text + at, part)))
            return true;
        at += part + 1;
    }
    return false;
}

bool placeholder_is(const char *text)
{
    static const char *const schemes[] = { "api://", "https://" };
    for (size_t i = 0; i < ARRAY_SIZE(schemes); i++)
        if (strncmp(text, schemes[i], strlen(schemes[i])) == 0)
            text += strlen(schemes[i]);
    const char *suffix = "/.default";
    size_t length = strlen(text), cut = strlen(suffix);
    if (length > cut && strcmp(text + length - cut, suffix) == 0)
        length -= cut;
    return length > 0 && length <= LENGTH_MAX &&
           (is_enclosed(text, length) || is_request(text, length, false) || is_mask(text, length) ||
            has_part(text, length));
}
