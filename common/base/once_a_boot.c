/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "common/base/once_a_boot.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "common/base/cleanup.h"
#include "common/base/runtime_folder.h"

/* When the machine started, by a clock that may have been set since. */
static time_t boot_time(void)
{
    struct timespec up = { 0 };
    clock_gettime(CLOCK_BOOTTIME, &up);
    return time(NULL) - up.tv_sec;
}

/* The runtime folder may be on a disk, where a file of an earlier boot stays. */
static bool renew(int folder, const char *name)
{
    struct stat status;
    if (fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) != 0)
        return true;
    return status.st_mtime < boot_time() && utimensat(folder, name, NULL, AT_SYMLINK_NOFOLLOW) == 0;
}

bool once_a_boot(const char *text)
{
    autoclose int folder = runtime_folder_open();
    if (folder < 0)
        return true;
    struct runtime_name name = runtime_name(RUNTIME_UNTIL_BOOT, (const char *[]){ text, NULL });
    autoclose int fd =
        openat(folder, name.text, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    return fd >= 0 || errno != EEXIST || renew(folder, name.text);
}
