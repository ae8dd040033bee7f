#include "common/deadline.h"

#include <time.h>

static int64_t monotonic_milliseconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t deadline_in(int64_t milliseconds)
{
    return monotonic_milliseconds() + milliseconds;
}

int64_t deadline_left(int64_t deadline)
{
    int64_t left = deadline - monotonic_milliseconds();
    return left > 0 ? left : 0;
}
