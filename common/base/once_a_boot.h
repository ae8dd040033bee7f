/* SPDX-License-Identifier: MIT */
/*
 * What this user is told once, until the machine starts again: programs that host tools call say
 * the same at each call otherwise.
 */
#ifndef COMMON_BASE_ONCE_A_BOOT_H
#define COMMON_BASE_ONCE_A_BOOT_H

#include <stdbool.h>

/* Whether this is the first call with this text, by any process of this user, since the machine
 * started; true also if that cannot be recorded in the runtime folder. */
bool once_a_boot(const char *text);

#endif
