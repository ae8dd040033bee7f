/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "common/base/user.h"

#include <fcntl.h>
#include <string.h>

#include "common/base/cleanup.h"
#include "common/base/environment.h"

static bool is_in_ci(void)
{
    const char *value = environment("CI");
    return value != NULL && strcmp(value, "false") != 0 && strcmp(value, "0") != 0;
}

static bool has_terminal(void)
{
    autoclose int fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
    return fd >= 0;
}

bool user_is_present(void)
{
    return !is_in_ci() && (environment("DISPLAY") != NULL ||
                           environment("WAYLAND_DISPLAY") != NULL || has_terminal());
}
