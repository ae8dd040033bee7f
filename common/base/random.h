/* SPDX-License-Identifier: MIT */
/*
 * Numbers for chance: when to do something, so that not everyone does it at the same time. They are
 * not for secrets.
 */
#ifndef COMMON_BASE_RANDOM_H
#define COMMON_BASE_RANDOM_H

#include <stdint.h>

/* A random number, from the kernel; before that has random bytes, one of this process. */
uint32_t random_number(void);

#endif
