/* SPDX-License-Identifier: MIT */
#include "common/base/random.h"

#include <sys/random.h>
#include <unistd.h>

uint32_t random_number(void)
{
    uint32_t number;
    if (getrandom(&number, sizeof number, GRND_NONBLOCK) != sizeof number)
        number = (uint32_t)getpid() * 2654435761U;
    return number;
}
