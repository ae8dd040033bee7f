/* SPDX-License-Identifier: MIT */
#include "common/base/suggest.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define NAME_COMPARED_MAX 40

static size_t least(size_t a, size_t b, size_t c)
{
    size_t least_of_two = a < b ? a : b;
    return least_of_two < c ? least_of_two : c;
}

/* The Levenshtein distance, without regard to case; SIZE_MAX if it is certain to be more than max.
 * Longer names than NAME_COMPARED_MAX are never
 * near. */
static size_t distance(const char *a, const char *b, size_t max)
{
    size_t row[NAME_COMPARED_MAX + 1], length = strlen(b), other = strlen(a);
    size_t difference = length > other ? length - other : other - length;
    if (length > NAME_COMPARED_MAX || other > NAME_COMPARED_MAX || difference > max)
        return SIZE_MAX;
    for (size_t j = 0; j <= length; j++)
        row[j] = j;
    for (size_t i = 1; a[i - 1] != '\0'; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= length; j++) {
            size_t above = row[j];
            size_t change = strncasecmp(&a[i - 1], &b[j - 1], 1) == 0 ? 0 : 1;
            row[j] = least(above + 1, row[j - 1] + 1, diagonal + change);
            diagonal = above;
        }
    }
    return row[length];
}

struct suggestion suggest_for(const char *typed)
{
    return (struct suggestion){ .typed = typed, .distance = (strlen(typed) + 1) / 3 };
}

void suggest_consider(struct suggestion *nearest, const char *known)
{
    size_t away = distance(nearest->typed, known, nearest->distance);
    if (away > nearest->distance)
        return;
    nearest->name = known;
    nearest->distance = away;
}

const char *suggest_question(struct suggestion *nearest, const char *prefix)
{
    if (nearest->name != NULL)
        snprintf(nearest->question, sizeof nearest->question, ", did you mean '%s%s'?", prefix,
                 nearest->name);
    return nearest->question;
}
