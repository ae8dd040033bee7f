/* SPDX-License-Identifier: MIT */
/*
 * The command of `entra run`, as if we were not there. It runs in our process group, so that the
 * terminal, the shell and a pipeline find it where they put us: Ctrl-C, Ctrl-Z and a change of the
 * window's size reach it from the terminal itself. What reaches us alone is handed on: a signal
 * from another process, once, and the end of our own process, by which the kernel kills it. When it
 * stops, we stop; when it ends, we end, by the same signal if it was one.
 */
#ifndef HELPERS_ENTRA_RUN_RUN_CHILD_H
#define HELPERS_ENTRA_RUN_RUN_CHILD_H

#include "common/base/error.h"
#include "helpers/entra/run/run_environment.h"
#include "helpers/entra/run/run_server.h"

/* Finds the program of the command. A name without a slash is looked up in PATH, without elements
 * that mean the working directory or a folder in it: what lies there would get the user's tokens.
 * The caller frees *ret_path. Fails, as the functions below would, if there is none: the user need
 * not sign in for it. */
bool run_child_find(const char *name, char **ret_path, struct error *error);

/* Becomes the command, whose program is at this path. Returns only if it cannot be run, with
 * ERROR_OTHER and the exit code that env(1) has for that. */
bool run_child_become(const char *path, char *const *words,
                      const struct run_environment *environment, struct error *error);

/* Runs the command, and waits for it to end. From the moment that it has started, our stdin and
 * stdout are not open here any more. Sets *ret_code to its exit code. If a signal ended it, the
 * same one ends us. Fails as above. */
bool run_child(const char *path, char *const *words, struct run_environment *environment,
               struct run_server *server, int *ret_code, struct error *error);

#endif
