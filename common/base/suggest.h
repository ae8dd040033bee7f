/* SPDX-License-Identifier: MIT */
/*
 * What was meant by a name that nothing has: the nearest of those that there are.
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
    const char *name; /* the nearest so far; NULL: none is near */
    size_t distance;  /* its, or how far one may be: what is further off is another word */
    char question[80];
};

/* Neither the typed name nor those that are considered are copied. */
struct suggestion suggest_for(const char *typed);

/* Of two that are equally near, the later one is taken. */
void suggest_consider(struct suggestion *nearest, const char *known);

/* The end of a sentence that names what was typed, with what stands before each name; "" where
 * nothing is near. It lives as long as nearest. */
const char *suggest_question(struct suggestion *nearest, const char *prefix);

#endif
