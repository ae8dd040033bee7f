/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "common/entra/child_environment.h"

#include <string.h>
#include <strings.h>

#include "common/base/array.h"
#include "common/entra/build_system.h"
#include "common/entra/identity_source.h"

/* Variables that hold a secret of an app or a user. */
static const char *const credentials[] = {
    "AZURE_CLIENT_SECRET",
    "AZURE_CLIENT_CERTIFICATE_PASSWORD",
    "AZURE_PASSWORD",
    "AAD_SERVICE_PRINCIPAL_CLIENT_SECRET",
    "AAD_SERVICE_PRINCIPAL_CLIENT_CERTIFICATE_PASSWORD",
    "AAD_USER_PRINCIPAL_PASSWORD",
    "ARM_CLIENT_SECRET",
    "ARM_CLIENT_CERTIFICATE",
    "ARM_CLIENT_CERTIFICATE_PASSWORD",
    "ARM_OIDC_TOKEN",
};

/* The last step of each Section__Key or Section:Key that does. */
static const char *const settings[] = { "ClientSecret", "CertificatePassword", "Base64EncodedValue",
                                        "ReferenceOrValue" };

/* Whether the variable's name ends in this one, which may be NULL, in either case. */
static bool ends_in(const char *variable, const char *name)
{
    size_t length = strcspn(variable, "=");
    if (name == NULL || strlen(name) > length)
        return false;
    return strncasecmp(variable + length - strlen(name), name, strlen(name)) == 0;
}

/* Whether the variable's name ends in this key, after the mark of a step. */
static bool is_setting(const char *variable, const char *key)
{
    size_t length = strcspn(variable, "="), tail = strlen(key);
    if (length <= tail || !ends_in(variable, key))
        return false;
    const char *mark = variable + length - tail - 1;
    return *mark == ':' || (*mark == '_' && mark > variable && mark[-1] == '_');
}

/* Whether the variable's name is this one, which may be NULL. */
static bool is_named(const char *variable, const char *name)
{
    size_t length = strcspn(variable, "=");
    return name != NULL && strlen(name) == length && strncmp(variable, name, length) == 0;
}

static bool is_platform_secret(const char *variable,
                               bool (*matches)(const char *variable, const char *name))
{
    size_t count;
    const struct identity_source *sources = identity_sources_all(&count);
    for (size_t i = 0; i < count; i++)
        if (matches(variable, sources[i].secret_variable))
            return true;
    for (size_t i = 0; i < BUILD_SYSTEMS; i++)
        if (matches(variable, build_systems[i].secret_variable))
            return true;
    return false;
}

bool child_environment_is_credential(const char *variable)
{
    for (size_t i = 0; i < ARRAY_SIZE(credentials); i++)
        if (is_named(variable, credentials[i]))
            return true;
    return false;
}

bool child_environment_is_platform_secret(const char *variable)
{
    return is_platform_secret(variable, is_named);
}

bool child_environment_with_platform_secrets(const char *variable)
{
    for (size_t i = 0; i < ARRAY_SIZE(credentials); i++)
        if (ends_in(variable, credentials[i]))
            return false;
    for (size_t i = 0; i < ARRAY_SIZE(settings); i++)
        if (is_setting(variable, settings[i]))
            return false;
    /* Any variable that names a key can hold the device's PIN (RFC 7512, 2.4). */
    return strcasestr(variable, "pin-value=") == NULL;
}

bool child_environment_without_secrets(const char *variable)
{
    return child_environment_with_platform_secrets(variable) &&
           !is_platform_secret(variable, ends_in);
}
