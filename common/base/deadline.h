/* SPDX-License-Identifier: MIT */
/*
 * Deadlines: every call that may wait takes one, so that all of them together keep within the time
 * that the user gave. A deadline is a moment of CLOCK_MONOTONIC in milliseconds.
 */
#ifndef COMMON_BASE_DEADLINE_H
#define COMMON_BASE_DEADLINE_H

#include <stdint.h>

/* This moment. All processes of a machine have the same clock. */
int64_t deadline_now(void);

/* The moment that lies so many milliseconds ahead. */
int64_t deadline_in(int64_t milliseconds);

/* How many milliseconds are left until then; 0 once it is past. */
int64_t deadline_left(int64_t deadline);

#endif
