/* SPDX-License-Identifier: MIT */
/*
 * What every fuzzer needs: libFuzzer's entry, and a check that is not disabled by NDEBUG.
 *
 * A fuzzer gives its parser a copy that ends where the input ends, so that AddressSanitizer catches
 * reads past the end. It then checks what the parser promises of an accepted input.
 */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/cleanup.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define HOLDS(condition)                                                                           \
    ((condition) ? (void)0                                                                         \
                 : (fprintf(stderr, "%s:%d: %s does not hold\n", __FILE__, __LINE__, #condition),  \
                    abort()))

/* A copy of the input with room for more bytes. The caller frees it with free. */
static inline char *fuzz_copy(const uint8_t *data, size_t size, size_t more)
{
    char *copy = malloc(size + more + (size + more == 0));
    HOLDS(copy != NULL);
    if (size > 0)
        memcpy(copy, data, size);
    return copy;
}

#endif
