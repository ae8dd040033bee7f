/* SPDX-License-Identifier: MIT */
/*
 * Environment variables. An empty variable counts as unset.
 */
#ifndef COMMON_BASE_ENVIRONMENT_H
#define COMMON_BASE_ENVIRONMENT_H

/* The value of a variable; NULL if it is unset or empty, or if name is NULL. The environment owns
 * the text. */
const char *environment(const char *name);

/* The value of a variable that holds an absolute path; NULL if it is unset or holds anything else,
 * which must be ignored (XDG Base Directory Specification). */
const char *environment_path(const char *name);

/* Removes the variables that make a library write down what passes through it, secrets included,
 * and those that name a relative path for a library: it would load what is in the working
 * directory. In a program that runs with privileges of its own (set-user-ID, set-group-ID, file
 * capabilities), it removes all but a few that choose no file, program or server: its caller, who
 * set them, must not lend it another configuration. Called when a program starts, before anything
 * else reads the environment: libraries and children get it from here. */
void environment_disarm(void);

/* What environment_disarm has removed because of our libraries, as NAME=value, for a program that
 * is run as if we were not there. NULL ends the list. */
const char *const *environment_removed(void);

#endif
