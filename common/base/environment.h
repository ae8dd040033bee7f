/* SPDX-License-Identifier: MIT */
/*
 * The environment, in which a variable that is empty says nothing.
 */
#ifndef COMMON_BASE_ENVIRONMENT_H
#define COMMON_BASE_ENVIRONMENT_H

#include <stdlib.h>

/* The variable's value; NULL where it is not set or empty, or where there is no such name (NULL).
 * It belongs to the environment. */
static inline const char *environment(const char *name)
{
    const char *value = name != NULL ? getenv(name) : NULL;
    return value != NULL && value[0] != '\0' ? value : NULL;
}

#endif
