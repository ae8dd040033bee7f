/* SPDX-License-Identifier: MIT */
#include "helpers/kubectl/kubeconfig/login.h"

#include <string.h>
#include <strings.h>

#include "common/base/array.h"
#include "common/entra/known_apps.h"

/* kubelogin's client for Arc-enabled clusters. */
#define ARC_CLIENT "3f4439ff-e698-4d6d-84fe-09c9d574f06b"

enum {
    DEVICE_CODE = 1,
    INTERACTIVE = 2,
    OTHER_USERS = 4, /* sign-ins of other programs, which are a user's sign-in here */
    SPN = 8,
    MSI = 16,
    WORKLOAD = 32,
    PIPELINES = 64,
    USERS = DEVICE_CODE | INTERACTIVE | OTHER_USERS,
    APPS = SPN | MSI | WORKLOAD | PIPELINES,
    ALL = USERS | APPS,
    PROVING = USERS | SPN | WORKLOAD | PIPELINES, /* kubelogin: INTERACTIVE | SPN */
};

static const struct {
    const char *name;
    unsigned bit;
} logins[] = {
    { "devicecode", DEVICE_CODE },
    { "interactive", INTERACTIVE },
    { "azurecli", OTHER_USERS },
    { "azd", OTHER_USERS },
    { "chained", OTHER_USERS },
    { "spn", SPN },
    { "msi", MSI },
    { "workloadidentity", WORKLOAD },
    { "azurepipelines", PIPELINES },
};

const struct login_option login_options[] = {
    { .name = "--client-id", .logins = USERS },
    { .name = "--tenant-id",
      .letter = 't',
      .logins = USERS | SPN | PIPELINES,
      .is_of_app = true,
      .meaning = "tenant" },
    { .name = "--tenant",
      .logins = USERS | SPN | PIPELINES,
      .is_of_app = true,
      .meaning = "tenant" },
    { .name = "--environment", .letter = 'e', .logins = USERS | SPN, .is_of_app = true },
    { .name = "--authority-host",
      .logins = USERS | SPN | WORKLOAD | PIPELINES,
      .meaning = "authority" },
    { .name = "--authority", .logins = USERS | SPN | WORKLOAD | PIPELINES, .meaning = "authority" },
    { .name = "--client-certificate", .logins = SPN },
    { .name = "--client-certificate-password", .logins = SPN },
    { .name = "--client-secret", .logins = SPN },
    { .name = "--federated-token-file", .logins = WORKLOAD },
    { .name = "--identity-resource-id", .logins = MSI },
    { .name = "--managed-identity", .is_switch = true, .logins = MSI },
    { .name = "--azure-pipelines-service-connection-id", .logins = PIPELINES },
    { .name = "--login-hint", .logins = USERS, .meaning = "account" },
    { .name = "--username", .logins = USERS, .meaning = "account" },
    { .name = "--account", .logins = USERS, .meaning = "account" },
    { .name = "--cache-dir", .logins = ALL, .meaning = "folder" },
    { .name = "--token-cache-dir", .logins = ALL, .meaning = "folder" },
    { .name = "--password", .logins = 0 },
    { .name = "--azure-config-dir", .logins = OTHER_USERS },
    { .name = "--subscription", .letter = 's', .logins = OTHER_USERS },
    { .name = "--redirect-url", .logins = INTERACTIVE },
    { .name = "--pop-enabled", .is_switch = true, .logins = PROVING },
    { .name = "--pop-claims", .logins = PROVING },
    { .name = "--use-azurerm-env-vars", .is_switch = true, .logins = SPN | WORKLOAD | PIPELINES },
    { .name = NULL },
};

const struct login_option *login_option_find(const char *name)
{
    for (const struct login_option *option = login_options; option->name != NULL; option++)
        if (strcmp(option->name, name) == 0)
            return option;
    return NULL;
}

bool login_options_are_same(const char *name, const char *other)
{
    const struct login_option *option = login_option_find(name), *same = login_option_find(other);
    if (option == NULL || same == NULL || option->meaning == NULL || same->meaning == NULL)
        return strcmp(name, other) == 0;
    return strcmp(option->meaning, same->meaning) == 0;
}

/* The bit of a login; 0 if it is not known. */
static unsigned bit_of(const char *name)
{
    for (size_t i = 0; i < ARRAY_SIZE(logins); i++)
        if (strcmp(logins[i].name, name) == 0)
            return logins[i].bit;
    return 0;
}

bool login_is_of_user(const char *name)
{
    return (bit_of(name) & USERS) != 0;
}

bool login_is_of_app(const char *name)
{
    return (bit_of(name) & APPS) != 0;
}

bool login_takes(const char *name, const struct login_option *option, bool has_own_client)
{
    unsigned bit = bit_of(name);
    if (bit == 0 || (option->logins & bit) != 0)
        return true;
    if (strcmp(option->name, "--client-id") == 0)
        return has_own_client;
    return option->is_of_app && has_own_client && (bit & (WORKLOAD | PIPELINES)) != 0;
}

bool login_client_is_public(const char *client_id)
{
    return known_app_is_in_family(client_id) || strcasecmp(client_id, KNOWN_APP_KUBELOGIN) == 0 ||
           strcasecmp(client_id, ARC_CLIENT) == 0;
}
