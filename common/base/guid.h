/* SPDX-License-Identifier: MIT */
/*
 * GUIDs: names that nobody else has given.
 */
#ifndef COMMON_BASE_GUID_H
#define COMMON_BASE_GUID_H

#include <stdbool.h>

struct guid {
    char text[37];
};

/* A random GUID (RFC 9562, version 4). False where the kernel gives no random bytes. */
bool guid_make(struct guid *guid);

#endif
