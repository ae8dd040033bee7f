/* SPDX-License-Identifier: MIT */
/*
 * "Did you mean": the known name that is nearest to an unknown one.
 *
 *     struct suggestion nearest = suggest_for("ClientSecert");
 *     suggest_consider(&nearest, "ClientId"), suggest_consider(&nearest, "ClientSecret");
 *     suggest_question(&nearest, "")                  ", did you mean 'ClientSecret'?"
 */
#ifndef COMMON_BASE_SUGGEST_H
#define COMMON_BASE_SUGGEST_H

#include <stddef.h>

struct suggestion {
    const char *typed;
    const char *name; /* the nearest name so far; NULL: none is near enough */
    size_t distance;  /* its distance, or the greatest one that is near enough */
    char question[80];
};

/* Starts a search for a typed name. typed and the names considered are not copied. */
struct suggestion suggest_for(const char *typed);

/* Considers a known name. Of two equally near names, the later one wins. */
void suggest_consider(struct suggestion *nearest, const char *known);

/* The end of a sentence that quotes the typed name, with prefix before the suggested name; "" if no
 * name is near. The text is valid as long as nearest is. */
const char *suggest_question(struct suggestion *nearest, const char *prefix);

#endif
