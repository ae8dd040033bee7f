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
    "GCM_INTERACTIVE",
    "VSCODE_GIT_FETCH_SILENT",
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
 * OpenSSL's, those of its providers for devices, GnuTLS's, GLib's, Kerberos' and the C library's.
 */
static const char *const paths_of_libraries[] = {
    "OPENSSL_CONF",
    "OPENSSL_CONF_INCLUDE",
    "OPENSSL_MODULES",
    "OPENSSL_ENGINES",
    "CTLOG_FILE",
    "GNUTLS_SYSTEM_PRIORITY_FILE",
    "OPENSC_CONF",
    "PKCS11_PROVIDER_MODULE",
    "PKCS11SPY",
    "PKCS11SPY_OUTPUT",
    "SOFTHSM2_CONF",
    "TPM2_PKCS11_STORE",
    "GIO_MODULE_DIR",
    "GIO_EXTRA_MODULES",
    "KRB5_CONFIG",
    "GSETTINGS_SCHEMA_DIR",
    "KRB5_KDC_PROFILE",
    "G_DBUS_COOKIE_SHA1_KEYRING_DIR",
    "GSS_MECH_CONFIG",
    "GCONV_PATH",
    "LOCPATH",
    "NLSPATH",
    "TZDIR",
    "HOSTALIASES",
    "RESOLV_HOST_CONF",
};

/* The variables whose value is a type and what that takes, and which values they may have: one that
 * ends in a colon or slash is a beginning. A TCTI is a way to reach a TPM. */
static const char *const tctis[] = {
    "/",     "cmd:/",  "device", "device:/", "mssim", "mssim:",
    "swtpm", "swtpm:", "tabrmd", "tabrmd:",  NULL,
};
static const char *const key_tables[] = { "/", "FILE:/", "WRFILE:/", "MEMORY:", NULL };
static const char *const credential_caches[] = {
    "/", "FILE:/", "DIR:/", "DIR::/", "API:", "KCM:", "KEYRING:", "MEMORY:", NULL,
};
static const struct {
    const char *name;
    const char *const *values;
} typed_paths[] = {
    { "TPM2OPENSSL_TCTI", tctis },       { "TPM2_PKCS11_TCTI", tctis },
    { "KRB5_KTNAME", key_tables },       { "KRB5_CLIENT_KTNAME", key_tables },
    { "KRB5CCNAME", credential_caches },
};

/* The variables that make a library write down what passes through it: the keys of TLS, messages of
 * D-Bus and Kerberos, and the commands for a device, which have its PIN. */
static const char *const records_of_libraries[] = {
    "SSLKEYLOGFILE", "G_DBUS_DEBUG",          "KRB5_TRACE",
    "TSS2_LOG",      "TSS2_LOGFILE",          "TPM2_PKCS11_LOG_LEVEL",
    "OPENSC_DEBUG",  "PKCS11_PROVIDER_DEBUG", "YKCS11_DBG",
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

static bool may_be(const char *value, const char *const *values)
{
    for (; value != NULL && *values != NULL; values++) {
        size_t length = strlen(*values);
        bool is_beginning = strchr(":/", (*values)[length - 1]) != NULL;
        if (strncmp(value, *values, is_beginning ? length : length + 1) == 0)
            return true;
    }
    return false;
}

/* What was removed, as NAME=value; NULL ends it. */
static const char *removed[ARRAY_SIZE(paths_of_libraries) + ARRAY_SIZE(typed_paths) +
                           ARRAY_SIZE(records_of_libraries) + 1];

static void take_out(const char *name)
{
    const char *value = getenv(name);
    size_t count = 0;
    while (removed[count] != NULL)
        count++;
    if (value != NULL && count + 1 < ARRAY_SIZE(removed))
        removed[count] = value - strlen(name) - 1;
    unsetenv(name);
}

void environment_disarm(void)
{
    if (getauxval(AT_SECURE) != 0)
        keep_harmless();
    for (size_t i = 0; i < ARRAY_SIZE(paths_of_libraries); i++)
        if (!is_absolute(getenv(paths_of_libraries[i])))
            take_out(paths_of_libraries[i]);
    for (size_t i = 0; i < ARRAY_SIZE(typed_paths); i++)
        if (!may_be(getenv(typed_paths[i].name), typed_paths[i].values))
            take_out(typed_paths[i].name);
    for (size_t i = 0; i < ARRAY_SIZE(records_of_libraries); i++)
        take_out(records_of_libraries[i]);
}

const char *const *environment_removed(void)
{
    return removed;
}
