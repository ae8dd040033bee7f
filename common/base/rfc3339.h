/* SPDX-License-Identifier: MIT */
/*
 * Times as RFC 3339 writes them: 2026-01-02T15:04:05Z.
 */
#ifndef COMMON_BASE_RFC3339_H
#define COMMON_BASE_RFC3339_H

#include <stdint.h>

struct rfc3339 {
    char text[32];
};

/* Formats Unix seconds as UTC. */
struct rfc3339 rfc3339_format(int64_t seconds);

#endif
