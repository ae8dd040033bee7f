/* SPDX-License-Identifier: MIT */
#include "common/base/script.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "common/base/cleanup.h"

/* What the kernel reads of it. */
#define LINE_MAX_LENGTH 255

bool script_check(const char *path, struct error *error)
{
    char line[LINE_MAX_LENGTH + 1];
    autoclose int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    ssize_t length = fd >= 0 ? read(fd, line, LINE_MAX_LENGTH) : 0;
    line[length > 0 ? length : 0] = '\0';
    if (strncmp(line, "#!", 2) != 0)
        return true;
    char *interpreter = line + 2 + strspn(line + 2, " \t");
    interpreter[strcspn(interpreter, " \t\n")] = '\0';
    if (interpreter[0] != '/' || access(interpreter, X_OK) == 0 ||
        (errno != ENOENT && errno != ENOTDIR))
        return true;
    error_set(error, ERROR_OTHER, "%s cannot be run: its interpreter %s is not there", path,
              interpreter);
    return error_hint(error, "Install it again, or remove it.");
}
