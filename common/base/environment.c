/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "common/base/environment.h"

#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>

#include "common/base/array.h"

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

/* The variables that the caller of a privileged program may set: what kubectl asks for, and whether
 * and how to speak to the user. */
static const char *const harmless[] = {
    "KUBERNETES_EXEC_INFO", "GIT_TERMINAL_PROMPT", "CI", "NO_COLOR", "TERM",
};

static void keep_harmless(void)
{
    char *kept[ARRAY_SIZE(harmless)] = { NULL };
    for (size_t i = 0; i < ARRAY_SIZE(harmless); i++)
        if (getenv(harmless[i]) != NULL)
            kept[i] = strdup(getenv(harmless[i]));
    clearenv();
    setenv("PATH", "/usr/local/bin:/usr/bin:/bin", 1);
    for (size_t i = 0; i < ARRAY_SIZE(harmless); i++) {
        if (kept[i] != NULL)
            setenv(harmless[i], kept[i], 1);
        free(kept[i]);
    }
}

void environment_disarm(void)
{
    if (getauxval(AT_SECURE) != 0)
        keep_harmless();
    unsetenv("SSLKEYLOGFILE"); /* TLS would write its keys there, and so all that is sent */
    unsetenv("G_DBUS_DEBUG");  /* GLib would print every D-Bus message to stdout */
}
