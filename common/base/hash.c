/* SPDX-License-Identifier: MIT */
#include "common/base/hash.h"

#include <stddef.h>

uint64_t hash_texts(const char *const *texts)
{
    /* FNV-1a, 64 bits, over the texts and their terminating NULs. */
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (; *texts != NULL; texts++) {
        const unsigned char *p = (const unsigned char *)*texts;
        do
            hash = (hash ^ *p) * UINT64_C(0x100000001b3);
        while (*p++ != '\0');
    }
    return hash;
}
