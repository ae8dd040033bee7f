/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "common/base/session.h"

#include <sys/stat.h>

#include "common/base/cleanup.h"
#include "common/base/environment.h"
#include "common/base/text.h"

#define ADDRESS "DBUS_SESSION_BUS_ADDRESS"

/* NULL if there is no folder for it. The caller frees the result. */
static char *default_path(void)
{
    const char *runtime = environment_path("XDG_RUNTIME_DIR");
    return runtime != NULL ? text_format("%s/bus", runtime) : NULL;
}

bool session_has_bus(void)
{
    struct stat status;
    autofree char *path = default_path();
    return environment(ADDRESS) != NULL ||
           (path != NULL && stat(path, &status) == 0 && S_ISSOCK(status.st_mode));
}

struct runtime_name session_name(const char *ending)
{
    autofree char *path = default_path();
    autofree char *usual = text_format("unix:path=%s", path != NULL ? path : "");
    const char *address = environment(ADDRESS);
    const char *const texts[] = { address != NULL ? address : usual, NULL };
    return runtime_name(ending, texts);
}
