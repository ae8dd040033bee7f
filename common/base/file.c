/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "common/base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool check(int fd, const char *path, unsigned *mode, struct error *error)
{
    struct stat status;
    if (fstat(fd, &status) != 0)
        return error_set(error, ERROR_USAGE, "%s: %s", path, strerror(errno));
    if (!S_ISREG(status.st_mode))
        return error_set(error, ERROR_USAGE, "%s is not a file", path);
    if ((status.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
        error_set(error, ERROR_USAGE, "%s is not used: others can write it (mode %04o)", path,
                  status.st_mode & 07777U);
        error_known_as(error, "file_writable");
        return error_hint(error, "chmod go-w '%s', once you have looked at what is in it.", path);
    }
    if (status.st_uid != 0 && status.st_uid != geteuid())
        return error_set(error, ERROR_USAGE,
                         "%s is not used: another user (uid %u) owns it and can write it", path,
                         (unsigned)status.st_uid);
    *mode = status.st_mode;
    return true;
}

/* An open and checked file; -1 with an error. */
static int open_checked(const char *path, unsigned *mode, struct error *error)
{
    /* O_NONBLOCK: a FIFO must not keep us waiting for its writer. */
    autoclose int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (fd < 0) {
        error_set(error, ERROR_USAGE, "%s: %s", path, strerror(errno));
        return -1;
    }
    if (!check(fd, path, mode, error))
        return -1;
    return steal_fd(&fd);
}

struct secret *file_read(const char *path, size_t max, unsigned *mode, struct error *error)
{
    autoclose int fd = open_checked(path, mode, error);
    if (fd < 0)
        return NULL;
    auto_secret struct secret *text = secret_read(fd, max);
    if (text == NULL || text->length > max) {
        error_set(error, ERROR_USAGE, "%s: %s", path, strerror(text == NULL ? errno : EFBIG));
        return NULL;
    }
    return steal(&text);
}

/* systemd gives a service its credentials by an access control list, whose mask stat shows as the
 * group's rights: no group can read them, and a chmod would take them from the service. */
static unsigned readers_that_count(const char *path)
{
    const char *folder = getenv("CREDENTIALS_DIRECTORY");
    size_t length = folder != NULL ? strlen(folder) : 0;
    bool is_credential = length > 1 && strncmp(path, folder, length) == 0 && path[length] == '/';
    return is_credential ? S_IROTH : S_IRGRP | S_IROTH;
}

const char *file_path(const char *name)
{
    return strncmp(name, "file:///", 8) == 0 ? name + 7
           : strncmp(name, "file:/", 6) == 0 ? name + 5
                                             : name;
}

bool file_has_readers(const char *path, unsigned mode)
{
    return (mode & readers_that_count(path)) != 0;
}

void file_warn_of_readers(const char *path, unsigned mode)
{
    if (file_has_readers(path, mode))
        warning_of("file_readable",
                   "%s holds a secret and others can read it (mode %04o): chmod go-r '%s'", path,
                   mode & 07777U, path);
}

struct secret *file_read_secret(const char *path, size_t max, struct error *error)
{
    unsigned mode = 0;
    struct secret *text = file_read(path, max, &mode, error);
    if (text != NULL)
        file_warn_of_readers(path, mode);
    return text;
}
