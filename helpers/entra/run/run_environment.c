/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "helpers/entra/run/run_environment.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "common/base/array.h"
#include "common/base/environment.h"
#include "common/base/text.h"
#include "common/entra/child_environment.h"

/* ---- what the command does not get of ours ---- */

/* Other identity services, which SDKs would find instead of or before the endpoint, and the
 * credentials that DefaultAzureCredential tries before a managed identity. */
static const char *const others[] = {
    "IDENTITY_ENDPOINT",
    "IDENTITY_HEADER",
    "IDENTITY_SERVER_THUMBPRINT", /* even an empty one means Service Fabric to some */
    "IMDS_ENDPOINT",
    "MSI_ENDPOINT",
    "MSI_SECRET",
    "DEFAULT_IDENTITY_CLIENT_ID",
    "AZURE_POD_IDENTITY_AUTHORITY_HOST",
    "MSAL_MANAGED_IDENTITY_ENDPOINT",
    "AZURE_CLIENT_SEND_CERTIFICATE_CHAIN",
    "AZURE_USERNAME",
    "ARM_MSI_ENDPOINT",
};

/* Secrets, beside those of child_environment.h, that lie in a file, or by which Terraform's
 * providers ask for a federated token: with them, the command could sign in as the app for longer
 * than it runs. */
static const char *const secret_ways[] = {
    "AZURE_FEDERATED_TOKEN_FILE",
    "AZURE_CLIENT_CERTIFICATE_PATH",
    "ENTRA_CLIENT_CERTIFICATE_KEY_PATH",
    "ARM_CLIENT_SECRET_FILE_PATH",
    "ARM_CLIENT_CERTIFICATE_PATH",
    "ARM_OIDC_TOKEN_FILE_PATH",
    "ARM_OIDC_REQUEST_TOKEN",
};

/* variable: a name, or NAME=value. */
static bool is_one_of(const char *variable, const char *const *names, size_t count)
{
    size_t length = strcspn(variable, "=");
    for (size_t i = 0; i < count; i++)
        if (strlen(names[i]) == length && strncmp(variable, names[i], length) == 0)
            return true;
    return false;
}

static bool is_credential(const char *variable)
{
    return child_environment_is_credential(variable) ||
           is_one_of(variable, secret_ways, ARRAY_SIZE(secret_ways));
}

bool run_environment_is_kept_back(const char *name)
{
    return is_credential(name) || child_environment_is_platform_secret(name) ||
           is_one_of(name, others, ARRAY_SIZE(others));
}

/* ---- what the command gets of ours ---- */

/* Whether DefaultAzureCredential then does not ask for a managed identity: "prod" does, "dev" does
 * not, and else it is the name of one credential. */
static bool excludes_endpoint(const char *variable)
{
    static const char name[] = "AZURE_TOKEN_CREDENTIALS=";
    if (strncmp(variable, name, strlen(name)) != 0)
        return false;
    const char *value = variable + strlen(name);
    return strcasecmp(value, "prod") != 0 && strcasecmp(value, "ManagedIdentityCredential") != 0;
}

static bool is_kept(const struct config *config, const char *variable, bool for_endpoint)
{
    return !is_credential(variable) && !config_is_credential(config, variable) &&
           !(for_endpoint &&
             (is_one_of(variable, others, ARRAY_SIZE(others)) || excludes_endpoint(variable)));
}

static void append(struct run_environment *environment, char *variable)
{
    environment->list =
        realloc(environment->list, (environment->count + 2) * sizeof *environment->list);
    environment->list[environment->count++] = variable;
    environment->list[environment->count] = NULL;
}

static char **find(const struct run_environment *environment, const char *name)
{
    size_t length = strlen(name);
    for (size_t i = 0; i < environment->count; i++)
        if (strncmp(environment->list[i], name, length) == 0 && environment->list[i][length] == '=')
            return &environment->list[i];
    return NULL;
}

/* All of this name: a variable may be there twice (execve(2)), and programs differ in which one
 * they see. The others stay in their order. */
static void remove_variable(struct run_environment *environment, const char *name)
{
    char **variable;
    while ((variable = find(environment, name)) != NULL) {
        free(*variable);
        environment->count--;
        size_t behind = (size_t)(environment->list + environment->count - variable) + 1;
        memmove(variable, variable + 1, behind * sizeof *variable);
    }
}

void run_environment_set(struct run_environment *environment, const char *name, const char *value)
{
    char *variable = text_format("%s=%s", name, value);
    remove_variable(environment, name);
    append(environment, variable);
}

const char *run_environment_get(const struct run_environment *environment, const char *name)
{
    char **variable = find(environment, name);
    return variable != NULL ? *variable + strlen(name) + 1 : NULL;
}

/* Our own programs in the command would take it for one of a user's if its app has no credential.
 * Of several of ours around each other, each adds what it has withheld. */
static void note_withheld(struct run_environment *environment, const char *variable)
{
    const char *before = run_environment_get(environment, CONFIG_WITHHELD_VARIABLE);
    bool has_before = before != NULL && before[0] != '\0';
    autofree char *names = text_format("%s%s%.*s", has_before ? before : "", has_before ? "," : "",
                                       (int)strcspn(variable, "="), variable);
    run_environment_set(environment, CONFIG_WITHHELD_VARIABLE, names);
}

void run_environment_begin(const struct config *config, bool for_endpoint,
                           struct run_environment *ret_environment)
{
    *ret_environment = (struct run_environment){ .list = calloc(1, sizeof(char *)) };
    for (size_t i = 0; environ[i] != NULL; i++)
        if (is_kept(config, environ[i], for_endpoint))
            append(ret_environment, strdup(environ[i]));
    for (size_t i = 0; environ[i] != NULL; i++)
        if (config_is_credential(config, environ[i]))
            note_withheld(ret_environment, environ[i]);
    for (const char *const *removed = environment_removed(); *removed != NULL; removed++)
        append(ret_environment, strdup(*removed));
}

void run_environment_make_room_for_pids(struct run_environment *environment,
                                        char *ret_places[RUN_ENVIRONMENT_PIDS + 1])
{
    static const char *const names[RUN_ENVIRONMENT_PIDS] = { "LISTEN_PID", "WATCHDOG_PID",
                                                             "SYSTEMD_EXEC_PID" };
    static const char room[] = "4294967295";
    autofree char *own = text_format("%d", (int)getpid());
    size_t count = 0;
    for (size_t i = 0; i < RUN_ENVIRONMENT_PIDS; i++) {
        const char *value = run_environment_get(environment, names[i]);
        if (value == NULL || strcmp(value, own) != 0)
            continue;
        run_environment_set(environment, names[i], room);
        ret_places[count++] = *find(environment, names[i]) + strlen(names[i]) + 1;
        if (i == 0)
            remove_variable(environment, "LISTEN_PIDFDID");
    }
    ret_places[count] = NULL;
}

/* Some programs read only one of them, whichever: where one is set, the other gets the same. */
void run_environment_pass_proxies(struct run_environment *environment, const char *host)
{
    static const char *const names[] = { "NO_PROXY", "no_proxy" };
    char *longer[ARRAY_SIZE(names)];
    for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
        const char *value = run_environment_get(environment, names[i]);
        if (value == NULL)
            value = run_environment_get(environment, names[1 - i]);
        if (value == NULL || value[0] == '\0')
            longer[i] = strdup(host);
        else if (strcmp(value, "*") == 0)
            longer[i] = strdup(value);
        else
            longer[i] = text_format("%s,%s", value, host);
    }
    for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
        run_environment_set(environment, names[i], longer[i]);
        free(longer[i]);
    }
}

void run_environment_clear(struct run_environment *environment)
{
    for (size_t i = 0; i < environment->count; i++)
        free(environment->list[i]);
    free(environment->list);
    *environment = (struct run_environment){ 0 };
}
