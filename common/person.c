#define _GNU_SOURCE
#include "common/person.h"

#include <fcntl.h>
#include <string.h>

#include "common/cleanup.h"

static bool is_set(const char *name)
{
    const char *value = getenv(name);
    return value != NULL && value[0] != '\0';
}

static bool is_in_ci(void)
{
    const char *value = getenv("CI");
    return is_set("CI") && strcmp(value, "false") != 0 && strcmp(value, "0") != 0;
}

static bool has_terminal(void)
{
    autoclose int fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
    return fd >= 0;
}

bool person_is_there(void)
{
    return !is_in_ci() && (is_set("DISPLAY") || is_set("WAYLAND_DISPLAY") || has_terminal());
}
