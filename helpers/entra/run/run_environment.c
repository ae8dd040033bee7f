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

/* ---- what the command does not get of ours, nor from --env ---- */

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
    "AZURE_FEDERATED_TOKEN_FILE",  "AZURE_CLIENT_CERTIFICATE_PATH", "ARM_CLIENT_SECRET_FILE_PATH",
    "ARM_CLIENT_CERTIFICATE_PATH", "ARM_OIDC_TOKEN_FILE_PATH",      "ARM_OIDC_REQUEST_TOKEN",
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

/* ---- --env NAME=API_OR_SCOPE ---- */

/* By these a loader, a shell, an interpreter or a common tool chooses what to run and to load,
 * where its files are or whom to trust. One that is set to a token is at best of no use, and at
 * worst in an error message. An underscore at the end stands for all that follows. */
static const char *const reserved[] = {
    "LD_",
    "GLIBC_",
    "MALLOC_",
    "GCONV_PATH",
    "LOCPATH",
    "NLSPATH",
    "LANG",
    "LANGUAGE",
    "LC_",
    "TZ",
    "TZDIR",
    "HOSTALIASES",
    "RESOLV_HOST_CONF",
    "RES_OPTIONS",
    "PATH",
    "HOME",
    "SHELL",
    "USER",
    "LOGNAME",
    "PWD",
    "OLDPWD",
    "TERM",
    "DISPLAY",
    "TMPDIR",
    "XDG_",
    "DBUS_",
    "LISTEN_FDS",
    "LISTEN_PID",
    "LISTEN_PIDFDID",
    "LISTEN_FDNAMES",
    "WATCHDOG_PID",
    "WATCHDOG_USEC",
    "SYSTEMD_EXEC_PID",
    "NOTIFY_SOCKET",
    "IFS",
    "ENV",
    "PS4",
    "CDPATH",
    "SHELLOPTS",
    "BASHOPTS",
    "BASH_",
    "ZDOTDIR",
    "EDITOR",
    "VISUAL",
    "PAGER",
    "BROWSER",
    "GIT_SSH",
    "GIT_SSH_COMMAND",
    "GIT_EXEC_PATH",
    "GIT_DIR",
    "GIT_EDITOR",
    "GIT_PAGER",
    "GIT_ASKPASS",
    "GIT_PROXY_COMMAND",
    "GIT_EXTERNAL_DIFF",
    "GIT_CONFIG_",
    "SSH_",
    "PYTHONPATH",
    "PYTHONHOME",
    "PYTHONSTARTUP",
    "PYTHONINSPECT",
    "PERL5LIB",
    "PERL5OPT",
    "PERL5DB",
    "RUBYLIB",
    "RUBYOPT",
    "NODE_OPTIONS",
    "NODE_PATH",
    "NODE_EXTRA_CA_CERTS",
    "CLASSPATH",
    "JAVA_HOME",
    "JAVA_TOOL_OPTIONS",
    "JDK_JAVA_OPTIONS",
    "_JAVA_OPTIONS",
    "MAVEN_OPTS",
    "GRADLE_OPTS",
    "DOTNET_STARTUP_HOOKS",
    "DOTNET_ROOT",
    "COR_",
    "CORECLR_",
    "OPENSSL_CONF",
    "OPENSSL_MODULES",
    "OPENSSL_ENGINES",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "CURL_CA_BUNDLE",
    "REQUESTS_CA_BUNDLE",
    "SSLKEYLOGFILE",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "ALL_PROXY",
    "NO_PROXY",
    "IDENTITY_",
    "MSI_",
    "ENTRA_",
};

static bool is_reserved(const char *name)
{
    for (size_t i = 0; i < ARRAY_SIZE(reserved); i++) {
        size_t length = strlen(reserved[i]);
        bool is_prefix = reserved[i][length - 1] == '_';
        if (strncasecmp(name, reserved[i], is_prefix ? length : length + 1) == 0)
            return true;
    }
    return is_one_of(name, others, ARRAY_SIZE(others)) ||
           is_one_of(name, secret_ways, ARRAY_SIZE(secret_ways));
}

static bool is_name(const char *name)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_";
    static const char more[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_0123456789";
    return name[0] != '\0' && strchr(letters, name[0]) != NULL && name[strspn(name, more)] == '\0';
}

bool run_variable_parse(const char *option, struct run_variable *ret_variable, struct error *error)
{
    struct run_variable variable = { .wanted = strchr(option, '=') };
    if (variable.wanted == NULL || variable.wanted[1] == '\0')
        return error_set(error, ERROR_USAGE, "--env takes NAME=API or NAME=SCOPE, not '%.100s'",
                         option);
    size_t length = (size_t)(variable.wanted++ - option);
    if (length < sizeof variable.name)
        memcpy(variable.name, option, length);
    if (!is_name(variable.name))
        return error_set(
            error, ERROR_USAGE,
            "--env: '%.*s' is not the name of a variable: up to %zu letters, digits and "
            "underscores, and no digit first",
            length < 80 ? (int)length : 80, option, sizeof variable.name - 1);
    if (is_reserved(variable.name) ||
        !child_environment_without_secrets(variable.name) /* which the command must not have */) {
        error_set(error, ERROR_USAGE, "--env: %s does not hold a password or token", variable.name);
        return error_hint(error, "Name a variable that the command reads a password or token from, "
                                 "such as PGPASSWORD or TWINE_PASSWORD: not one that decides what "
                                 "programs run, load or trust, or as whom they sign in.");
    }
    *ret_variable = variable;
    return true;
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

static bool is_kept(const char *variable, bool for_endpoint)
{
    return child_environment_with_platform_secrets(variable) &&
           !is_one_of(variable, secret_ways, ARRAY_SIZE(secret_ways)) &&
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

void run_environment_begin(struct run_environment *ret_environment, bool for_endpoint)
{
    *ret_environment = (struct run_environment){ .list = calloc(1, sizeof(char *)) };
    for (size_t i = 0; environ[i] != NULL; i++)
        if (is_kept(environ[i], for_endpoint))
            append(ret_environment, strdup(environ[i]));
    for (const char *const *removed = environment_removed(); *removed != NULL; removed++)
        append(ret_environment, strdup(*removed));
}

static char **find(const struct run_environment *environment, const char *name)
{
    size_t length = strlen(name);
    for (size_t i = 0; i < environment->count; i++)
        if (strncmp(environment->list[i], name, length) == 0 && environment->list[i][length] == '=')
            return &environment->list[i];
    return NULL;
}

void run_environment_set(struct run_environment *environment, const char *name, const char *value)
{
    char *variable = text_format("%s=%s", name, value);
    char **before = find(environment, name);
    if (before == NULL) {
        append(environment, variable);
        return;
    }
    free(*before);
    *before = variable;
}

const char *run_environment_get(const struct run_environment *environment, const char *name)
{
    char **variable = find(environment, name);
    return variable != NULL ? *variable + strlen(name) + 1 : NULL;
}

static void remove_variable(struct run_environment *environment, const char *name)
{
    char **variable = find(environment, name);
    if (variable == NULL)
        return;
    free(*variable);
    *variable = environment->list[--environment->count];
    environment->list[environment->count] = NULL;
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
