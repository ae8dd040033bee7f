/* SPDX-License-Identifier: MIT */
#include "common/base/deadline.h"

#include <time.h>

int64_t deadline_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int64_t began;

void deadline_begin(void)
{
    began = deadline_now();
}

int64_t deadline_began(void)
{
    return began != 0 ? began : deadline_now();
}

int64_t deadline_in(int64_t milliseconds)
{
    return deadline_now() + milliseconds;
}

int64_t deadline_left(int64_t deadline)
{
    int64_t left = deadline - deadline_now();
    return left > 0 ? left : 0;
}
