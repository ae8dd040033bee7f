/* SPDX-License-Identifier: MIT */
#include "common/base/guid.h"

#include <stdio.h>
#include <sys/random.h>

bool guid_make(struct guid *ret_guid)
{
    unsigned char r[16];
    if (getrandom(r, sizeof r, 0) != sizeof r)
        return false;
    r[6] = (unsigned char)((r[6] & 0x0f) | 0x40);
    r[8] = (unsigned char)((r[8] & 0x3f) | 0x80);
    snprintf(ret_guid->text, sizeof ret_guid->text,
             "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", r[0], r[1],
             r[2], r[3], r[4], r[5], r[6], r[7], r[8], r[9], r[10], r[11], r[12], r[13], r[14],
             r[15]);
    return true;
}
