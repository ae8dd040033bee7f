/* SPDX-License-Identifier: MIT */
#include "common/base/environment.h"

#include <stdlib.h>

const char *environment(const char *name)
{
    const char *value = name != NULL ? getenv(name) : NULL;
    return value != NULL && value[0] != '\0' ? value : NULL;
}

const char *environment_path(const char *name)
{
    const char *value = environment(name);
    return value != NULL && value[0] == '/' ? value : NULL;
}

void environment_disarm(void)
{
    unsetenv("SSLKEYLOGFILE"); /* TLS would write its keys there, and so all that is sent */
    unsetenv("G_DBUS_DEBUG");  /* GLib would print every D-Bus message to stdout */
}
