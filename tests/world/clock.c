/* SPDX-License-Identifier: MIT */
/*
 * Preloaded into a program: the time of day is what the file CLOCK says, in Unix seconds. It stands
 * still until the file says something else. Other clocks go on.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/time.h>
#include <time.h>

static time_t now(void)
{
    long long seconds = 0;
    FILE *file = fopen(getenv("CLOCK"), "re");
    if (file == NULL || fscanf(file, "%lld", &seconds) != 1)
        abort();
    fclose(file);
    return (time_t)seconds;
}

time_t time(time_t *ret_seconds)
{
    time_t seconds = now();
    if (ret_seconds != NULL)
        *ret_seconds = seconds;
    return seconds;
}

int gettimeofday(struct timeval *ret_time, void *unused)
{
    (void)unused;
    *ret_time = (struct timeval){ .tv_sec = now() };
    return 0;
}

int clock_gettime(clockid_t clock, struct timespec *ret_time)
{
    if (clock != CLOCK_REALTIME)
        return ((int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime"))(clock,
                                                                                          ret_time);
    *ret_time = (struct timespec){ .tv_sec = now() };
    return 0;
}
