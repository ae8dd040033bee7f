/* SPDX-License-Identifier: MIT */
/*
 * Environment variables. An empty variable counts as unset.
 */
#ifndef COMMON_BASE_ENVIRONMENT_H
#define COMMON_BASE_ENVIRONMENT_H

#include <stdlib.h>

/* The value of a variable; NULL if it is unset or empty, or if name is NULL. The environment owns
 * the text. */
static inline const char *environment(const char *name)
{
    const char *value = name != NULL ? getenv(name) : NULL;
    return value != NULL && value[0] != '\0' ? value : NULL;
}

#endif
