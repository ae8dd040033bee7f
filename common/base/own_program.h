/* SPDX-License-Identifier: MIT */
/*
 * The program that is running, and those beside it.
 */
#ifndef COMMON_BASE_OWN_PROGRAM_H
#define COMMON_BASE_OWN_PROGRAM_H

#include <stdbool.h>

/* The path of the running program, without links, as the kernel has it; or that of a file of this
 * name in its folder, unless name is NULL. The caller frees the result. NULL if the kernel does not
 * say. */
char *own_program_path(const char *name);

/* Whether a path leads to the running program, under whatever name: all of ours are one file. */
bool own_program_is(const char *path);

#endif
