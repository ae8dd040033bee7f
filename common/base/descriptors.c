/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "common/base/descriptors.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

#include "common/base/cleanup.h"

/* Closes each descriptor beyond the standard ones for which may_close returns true. */
static void close_each(bool (*may_close)(int fd, const int *kept, size_t count), const int *kept,
                       size_t count)
{
    DIR *list = opendir("/proc/self/fd");
    for (struct dirent *entry; list != NULL && (entry = readdir(list)) != NULL;) {
        int fd = (int)strtol(entry->d_name, NULL, 10);
        if (fd > STDERR_FILENO && fd != dirfd(list) && may_close(fd, kept, count))
            close(fd);
    }
    if (list != NULL)
        closedir(list);
}

static bool is_inherited(int fd, const int *kept, size_t count)
{
    (void)kept;
    (void)count;
    return (fcntl(fd, F_GETFD) & FD_CLOEXEC) == 0;
}

static bool is_other(int fd, const int *kept, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (kept[i] == fd)
            return false;
    return true;
}

void descriptors_close_inherited(void)
{
    autoclose int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (null >= 0) {
        dup2(null, STDIN_FILENO);
        dup2(null, STDOUT_FILENO);
    }
    close_each(is_inherited, NULL, 0);
}

void descriptors_close_others(const int *kept, size_t count)
{
    close_each(is_other, kept, count);
}
