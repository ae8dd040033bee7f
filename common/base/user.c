/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "common/base/user.h"

#include <fcntl.h>
#include <string.h>

#include "common/base/cleanup.h"
#include "common/base/environment.h"

bool user_has_terminal(void)
{
    autoclose int terminal = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
    return terminal >= 0;
}

bool user_is_ruled_out(void)
{
    const char *ci = environment("CI");
    return ci != NULL && strcmp(ci, "false") != 0 && strcmp(ci, "0") != 0;
}

bool user_is_present(void)
{
    return !user_is_ruled_out() && (environment("DISPLAY") != NULL ||
                                    environment("WAYLAND_DISPLAY") != NULL || user_has_terminal());
}
