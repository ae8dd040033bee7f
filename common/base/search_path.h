/* SPDX-License-Identifier: MIT */
/*
 * Programs in PATH.
 */
#ifndef COMMON_BASE_SEARCH_PATH_H
#define COMMON_BASE_SEARCH_PATH_H

#include <stdbool.h>
#include <stddef.h>

/* The absolute path of the program that this name runs: a name with a slash is a path already, and
 * must be absolute. Elements of PATH that are empty or relative are passed over, unlike in execvp:
 * they mean whatever folder the process runs in, such as a repository that git has cloned. The
 * caller frees the result. NULL if there is no such program. */
char *search_path_find(const char *name);

/* As search_path_find, for a name without a slash: the first such program for which accept()
 * returns true, behind the program at this path, which may be in PATH more than once. If it is not
 * in PATH, or NULL, the first of all. */
char *search_path_find_behind(const char *name, const char *path, bool (*accept)(const char *path));

/* The program that a user means by this name, a path with a slash if it has one, which may be
 * relative. Returns 0 and the path, which the caller frees; or the errno of execvp if there is
 * none, ENOENT or EACCES. What only a start can show (a wrong format, or for a path a loop of
 * links) is 0, too. Elements of PATH are passed over as in search_path_find. */
int search_path_look(const char *name, char **ret_path);

/* The path, relative to the working directory, of the first program of this name that these
 * functions pass over. The caller frees it. NULL if there is none. */
char *search_path_passed_over(const char *name);

/* The place of a folder, an absolute path, among the elements of PATH, from 0. Slashes at the end
 * do not matter. SIZE_MAX if it is not there. */
size_t search_path_place(const char *folder);

#endif
