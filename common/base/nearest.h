/*
 * What was meant by a name that nothing has: the nearest of those that there are.
 *
 *     struct nearest nearest = nearest_to("ClientSecert");
 *     nearest_consider(&nearest, "ClientId"), nearest_consider(&nearest, "ClientSecret");
 *     nearest_question(&nearest, "")                  ", did you mean 'ClientSecret'?"
 */
#ifndef COMMON_BASE_NEAREST_H
#define COMMON_BASE_NEAREST_H

#include <stddef.h>

struct nearest {
    const char *typed;
    const char *name; /* the nearest so far; NULL: none is near */
    size_t distance;  /* its, or how far one may be: what is further off is another word */
    char question[80];
};

/* Neither the typed name nor those that are considered are copied. */
struct nearest nearest_to(const char *typed);

/* Of two that are equally near, the later one is taken. */
void nearest_consider(struct nearest *nearest, const char *known);

/* The end of a sentence that names what was typed, with what stands before each name; "" where
 * nothing is near. It lives as long as nearest. */
const char *nearest_question(struct nearest *nearest, const char *prefix);

#endif
