/* SPDX-License-Identifier: MIT */
/*
 * Programs in PATH.
 */
#ifndef COMMON_BASE_SEARCH_PATH_H
#define COMMON_BASE_SEARCH_PATH_H

/* The absolute path of the program that this name runs: a name with a slash is a path already, and
 * must be absolute. Elements of PATH that are empty or relative are passed over, unlike in execvp:
 * they mean whatever folder the process runs in, such as a repository that git has cloned. The
 * caller frees the result. NULL if there is no such program. */
char *search_path_find(const char *name);

#endif
