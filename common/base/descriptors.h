/* SPDX-License-Identifier: MIT */
/*
 * The descriptors that a process was started with, or shares with the one that it was forked from.
 * One that is open in a process that does not need it keeps others waiting: the reader of a pipe
 * for its end, the writer for the news that nobody reads any more.
 */
#ifndef COMMON_BASE_DESCRIPTORS_H
#define COMMON_BASE_DESCRIPTORS_H

#include <stddef.h>

/* Closes what we were started with, except stderr: stdin and stdout become /dev/null. All that we
 * open ourselves is closed on exec, which is how the rest is known, and stays. */
void descriptors_close_inherited(void);

/* Closes all but the standard descriptors and these, for a fork that uses nothing else. */
void descriptors_close_others(const int *kept, size_t count);

#endif
