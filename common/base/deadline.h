/* SPDX-License-Identifier: MIT */
/*
 * Deadlines. Every call that may wait takes one, so that all of them together stay within the
 * user's time limit. A deadline is a time of CLOCK_MONOTONIC in milliseconds.
 */
#ifndef COMMON_BASE_DEADLINE_H
#define COMMON_BASE_DEADLINE_H

#include <stdint.h>

/* The current time. All processes of a machine share this clock. */
int64_t deadline_now(void);

/* Called when a program starts: its time limit covers the reading of its input too. Called again by
 * one that runs several commands in turn, each of which has the time limit for itself. */
void deadline_begin(void);

/* When the program started; now, if deadline_begin was not called. */
int64_t deadline_began(void);

/* The time that is this many milliseconds ahead. */
int64_t deadline_in(int64_t milliseconds);

/* The milliseconds left until the deadline; 0 once it has passed. */
int64_t deadline_left(int64_t deadline);

#endif
