/* SPDX-License-Identifier: MIT */
/*
 * A hash to tell texts apart. It is not cryptographic: never store the hash of a secret alone.
 */
#ifndef COMMON_BASE_HASH_H
#define COMMON_BASE_HASH_H

#include <stdint.h>

/* The hash of a NULL-terminated list of texts; their order counts. */
uint64_t hash_texts(const char *const *texts);

#endif
