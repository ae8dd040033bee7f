/* SPDX-License-Identifier: MIT */
/*
 * Lengths of time as people and Go programs write them: "90", "1m30s", "1.5h", "500ms".
 *
 * Source: Go, time.ParseDuration.
 */
#ifndef COMMON_BASE_DURATION_H
#define COMMON_BASE_DURATION_H

#define DURATION_SECONDS_MAX 3600

/* Parses a number of seconds or a Go duration, rounded up to whole seconds. A duration outside the
 * limits is clamped, so that every value that Go programs accept is accepted. Returns 0 if the
 * value is neither. */
int duration_seconds(const char *value);

#endif
