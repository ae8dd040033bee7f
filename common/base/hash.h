/* SPDX-License-Identifier: MIT */
/*
 * A number by which texts are told apart. It hides nothing: never keep it of a whole secret.
 */
#ifndef COMMON_BASE_HASH_H
#define COMMON_BASE_HASH_H

#include <stdint.h>

/* The number of these texts, in this order (NULL ends them). */
uint64_t hash_texts(const char *const *texts);

#endif
