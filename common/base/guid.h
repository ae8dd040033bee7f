/* SPDX-License-Identifier: MIT */
/*
 * Random GUIDs.
 */
#ifndef COMMON_BASE_GUID_H
#define COMMON_BASE_GUID_H

#include <stdbool.h>

struct guid {
    char text[37];
};

/* Makes a random GUID (RFC 9562, version 4). Returns false if the kernel has no random bytes. */
bool guid_make(struct guid *ret_guid);

#endif
