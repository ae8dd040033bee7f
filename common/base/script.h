/* SPDX-License-Identifier: MIT */
/*
 * A program that is a script: its first line names the interpreter that the kernel runs it with.
 * One that has gone, as that of a removed virtual environment, makes execve say that the script is
 * not there.
 */
#ifndef COMMON_BASE_SCRIPT_H
#define COMMON_BASE_SCRIPT_H

#include <stdbool.h>

#include "common/base/error.h"

/* Checks that the interpreter is there, if the program at this path is a script. Fails with
 * ERROR_OTHER and a hint. Source: execve(2). */
bool script_check(const char *path, struct error *error);

#endif
