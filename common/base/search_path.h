/* SPDX-License-Identifier: MIT */
/*
 * Programs in PATH.
 */
#ifndef COMMON_BASE_SEARCH_PATH_H
#define COMMON_BASE_SEARCH_PATH_H

/* The path of the program that this name runs, as execvp looks for it: a name with a slash is a
 * path already, and an empty element of PATH is the working folder. The caller frees it. NULL if
 * there is no such program. */
char *search_path_find(const char *name);

#endif
