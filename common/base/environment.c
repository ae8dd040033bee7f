/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "common/base/environment.h"

#include <stdbool.h>
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
    "KUBERNETES_EXEC_INFO",
    "GIT_TERMINAL_PROMPT",
    "CI",
    "NO_COLOR",
};

static void keep_harmless(void)
{
    char *kept[ARRAY_SIZE(harmless)] = { NULL };
    for (size_t i = 0; i < ARRAY_SIZE(harmless); i++) {
        const char *value = getenv(harmless[i]);
        kept[i] = value != NULL ? strdup(value) : NULL;
    }
    clearenv();
    setenv("PATH", "/usr/local/bin:/usr/bin:/bin", 1);
    for (size_t i = 0; i < ARRAY_SIZE(harmless); i++) {
        if (kept[i] != NULL)
            setenv(harmless[i], kept[i], 1);
        free(kept[i]);
    }
}

/* The variables that name a file or folder from which a library loads code or takes settings:
 * OpenSSL's, those of its providers for devices, GLib's, Kerberos' and the C library's. */
static const char *const paths_of_libraries[] = {
    "OPENSSL_CONF",   "OPENSSL_MODULES",        "OPENSSL_ENGINES",      "SSL_CERT_DIR",
    "CTLOG_FILE",     "PKCS11_PROVIDER_MODULE", "SOFTHSM2_CONF",        "TPM2_PKCS11_STORE",
    "GIO_MODULE_DIR", "GIO_EXTRA_MODULES",      "GSETTINGS_SCHEMA_DIR", "KRB5_CONFIG",
    "GCONV_PATH",
};

/* Whether a path, or each path of a list with colons, is absolute. */
static bool is_absolute(const char *list)
{
    while (list != NULL && list[0] == '/') {
        list = strchr(list, ':');
        if (list == NULL)
            return true;
        list++;
    }
    return false;
}

void environment_disarm(void)
{
    if (getauxval(AT_SECURE) != 0)
        keep_harmless();
    for (size_t i = 0; i < ARRAY_SIZE(paths_of_libraries); i++)
        if (!is_absolute(getenv(paths_of_libraries[i])))
            unsetenv(paths_of_libraries[i]);
    unsetenv("SSLKEYLOGFILE"); /* TLS would write its keys there, and so all that is sent */
    unsetenv("G_DBUS_DEBUG");  /* GLib would print every D-Bus message to stdout */
}
