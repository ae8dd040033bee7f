/* SPDX-License-Identifier: MIT */
/* kubelogin's settings: their table, and where each is read from. kubelogin_apply.c and
 * kubelogin_logins.c put them into struct options. */
#define _GNU_SOURCE
#include "helpers/kubectl/kubelogin.h"

#include <string.h>

#include "common/base/array.h"
#include "common/base/environment.h"
#include "common/base/report.h"

/* Where to put a secret that kubelogin accepts on the command line. */
#define SECRET_HINT                                                                                \
    "Every user of the machine can read command lines. Set AZURE_CLIENT_SECRET instead, or store " \
    "the secret in the keyring with 'entra secret set'."
#define PASSWORD_HINT                                                                              \
    "Every user of the machine can read command lines. Set AZURE_CLIENT_CERTIFICATE_PASSWORD "     \
    "instead."
#define ROPC_HINT "Use --login devicecode or interactive, or spn for an app."
#define POP_HINT                                                                                   \
    "Only bearer tokens are supported. For an Arc cluster that requires proof of possession, use " \
    "kubelogin."

static const struct setting {
    const char *flag;
    const char *letter;         /* the short flag; may be NULL */
    const char *argument;       /* its name in --help; NULL: a switch */
    const char *help;           /* NULL: the setting has no flag */
    const char *environment[2]; /* variables; the first takes precedence */
    const char *terraform;      /* instead of these, with --use-azurerm-env-vars */
    const char *workload;       /* takes precedence, with --login workloadidentity */
    const char *pipelines;      /* after all others, with --login azurepipelines */
    const char *ignored;        /* why the setting is accepted but not used */
    const char *refused;        /* why the flag is refused: the hint */
} settings[KUBELOGIN_SETTINGS] = {
    [KUBELOGIN_LOGIN] = { .flag = "--login",
                          .letter = "l",
                          .argument = "MODE",
                          .help = "login method: devicecode, interactive, spn, msi, "
                                  "workloadidentity or azurepipelines",
                          .environment = { "AAD_LOGIN_METHOD" } },
    [KUBELOGIN_SERVER_ID] = { .flag = "--server-id",
                              .argument = "ID",
                              .help = "server application ID of the cluster; default: AKS" },
    [KUBELOGIN_TENANT_ID] = { .flag = "--tenant-id",
                              .letter = "t",
                              .argument = "TENANT",
                              .help = "same as --tenant",
                              .environment = { "AZURE_TENANT_ID" },
                              .terraform = "ARM_TENANT_ID",
                              .pipelines = "AZURESUBSCRIPTION_TENANT_ID" },
    [KUBELOGIN_CLIENT_ID] = { .flag = "--client-id",
                              .argument = "ID",
                              .help = "client application ID",
                              .environment = { "AZURE_CLIENT_ID",
                                               "AAD_SERVICE_PRINCIPAL_CLIENT_ID" },
                              .terraform = "ARM_CLIENT_ID",
                              .workload = "AZURE_CLIENT_ID",
                              .pipelines = "AZURESUBSCRIPTION_CLIENT_ID" },
    [KUBELOGIN_ENVIRONMENT] = { .flag = "--environment",
                                .letter = "e",
                                .argument = "CLOUD",
                                .help = "Azure environment: AzurePublicCloud, "
                                        "AzureUSGovernmentCloud or AzureChinaCloud" },
    [KUBELOGIN_AUTHORITY_HOST] = { .flag = "--authority-host",
                                   .argument = "URL",
                                   .help = "same as --authority",
                                   .workload = "AZURE_AUTHORITY_HOST" },
    [KUBELOGIN_LEGACY] = { .flag = "--legacy",
                           .help = "get a token with the spn: prefix in its audience" },
    [KUBELOGIN_CLIENT_CERTIFICATE] = { .flag = "--client-certificate",
                                       .argument = "FILE",
                                       .help = "client certificate and key, for spn login",
                                       .environment = { "AZURE_CLIENT_CERTIFICATE_PATH",
                                                        "AAD_SERVICE_PRINCIPAL_CLIENT_"
                                                        "CERTIFICATE" },
                                       .terraform = "ARM_CLIENT_CERTIFICATE_PATH" },
    [KUBELOGIN_FEDERATED_TOKEN_FILE] = { .flag = "--federated-token-file",
                                         .argument = "FILE",
                                         .help = "federated token file, for workloadidentity login",
                                         .workload = "AZURE_FEDERATED_TOKEN_FILE" },
    [KUBELOGIN_IDENTITY_RESOURCE_ID] = { .flag = "--identity-resource-id",
                                         .argument = "ID",
                                         .help = "resource ID of the user-assigned identity, for "
                                                 "msi login" },
    [KUBELOGIN_SERVICE_CONNECTION] = { .flag = "--azure-pipelines-service-connection-id",
                                       .argument = "ID",
                                       .help = "service connection ID, for azurepipelines login",
                                       .pipelines = "AZURESUBSCRIPTION_SERVICE_CONNECTION_ID" },
    [KUBELOGIN_LOGIN_HINT] = { .flag = "--login-hint",
                               .argument = "USER",
                               .help = "user name of the account to use" },
    [KUBELOGIN_USERNAME] = { .flag = "--username",
                             .argument = "USER",
                             .help = "same as --login-hint" },
    [KUBELOGIN_TERRAFORM] = { .flag = "--use-azurerm-env-vars",
                              .help = "read ARM_* instead of AZURE_* and AAD_*" },
    [KUBELOGIN_NO_ENVIRONMENT] = { .flag = "--disable-environment-override",
                                   .help = "let flags take precedence over the environment" },
    [KUBELOGIN_REDIRECT_URL] = { .flag = "--redirect-url",
                                 .argument = "URL",
                                 .help = "not used",
                                 .ignored =
                                     "the browser is always redirected to a port of this machine" },
    [KUBELOGIN_SUBSCRIPTION] = { .flag = "--subscription",
                                 .letter = "s",
                                 .argument = "NAME",
                                 .help = "not used",
                                 .ignored = "only the Azure CLI selects tokens by subscription" },
    [KUBELOGIN_CACHE_DIR] = { .flag = "--cache-dir",
                              .argument = "FOLDER",
                              .help = "not used",
                              .environment = { "KUBECACHEDIR" },
                              .ignored = "tokens are kept in the keyring; see --keyring" },
    [KUBELOGIN_TOKEN_CACHE_DIR] = { .flag = "--token-cache-dir",
                                    .argument = "FOLDER",
                                    .help = "not used",
                                    .ignored = "tokens are kept in the keyring; see --keyring" },
    [KUBELOGIN_NO_DISCOVERY] = { .flag = "--disable-instance-discovery",
                                 .help = "not used",
                                 .ignored = "instance discovery is never used" },
    [KUBELOGIN_LOG_LEVEL] = { .flag = "--v",
                              .argument = "LEVEL",
                              .help = "log level; 1 or more is the same as --verbose" },
    [KUBELOGIN_LOG_TO_STDERR] = { .flag = "--logtostderr",
                                  .help = "not used",
                                  .ignored = "messages always go to stderr" },
    [KUBELOGIN_POP] = { .flag = "--pop-enabled", .help = "not supported", .refused = POP_HINT },
    [KUBELOGIN_POP_CLAIMS] = { .flag = "--pop-claims",
                               .argument = "CLAIMS",
                               .help = "not supported",
                               .refused = POP_HINT },
    [KUBELOGIN_CLIENT_SECRET] = { .flag = "--client-secret",
                                  .argument = "SECRET",
                                  .help = "refused: use AZURE_CLIENT_SECRET",
                                  .environment = { "AZURE_CLIENT_SECRET",
                                                   "AAD_SERVICE_PRINCIPAL_CLIENT_SECRET" },
                                  .terraform = "ARM_CLIENT_SECRET",
                                  .refused = SECRET_HINT },
    [KUBELOGIN_CERTIFICATE_PASSWORD] = { .flag = "--client-certificate-password",
                                         .argument = "SECRET",
                                         .help = "refused: use AZURE_CLIENT_CERTIFICATE_PASSWORD",
                                         .environment = { "AZURE_CLIENT_CERTIFICATE_PASSWORD",
                                                          "AAD_SERVICE_PRINCIPAL_CLIENT_"
                                                          "CERTIFICATE_PASSWORD" },
                                         .terraform = "ARM_CLIENT_CERTIFICATE_PASSWORD",
                                         .refused = PASSWORD_HINT },
    [KUBELOGIN_PASSWORD] = { .flag = "--password",
                             .argument = "SECRET",
                             .help = "refused: passwords are not used",
                             .environment = { "AZURE_PASSWORD", "AAD_USER_PRINCIPAL_PASSWORD" },
                             .ignored = "passwords are not used",
                             .refused = ROPC_HINT },
    [KUBELOGIN_ROPC_USERNAME] = { .environment = { "AZURE_USERNAME", "AAD_USER_PRINCIPAL_NAME" },
                                  .ignored =
                                      "it belongs to a password, and passwords are not used" },
    [KUBELOGIN_CLI_TIMEOUT] = { .environment = { "AZURE_CLI_TIMEOUT" },
                                .ignored = "the Azure CLI is not used; see --timeout" },
};

/* ---- the flags ---- */

static size_t offset_of(enum kubelogin_setting which)
{
    return which == KUBELOGIN_CLIENT_ID ? offsetof(struct options, client_id) : OPTION_OWN(which);
}

static struct option_spec make_spec(enum kubelogin_setting which, const char *name,
                                    const char *help)
{
    return (struct option_spec){ .name = name,
                                 .argument = settings[which].argument,
                                 .help = help,
                                 .kind = settings[which].argument != NULL ? OPTION_ANY_TEXT
                                                                          : OPTION_SWITCH,
                                 .offset = offset_of(which) };
}

const struct option_spec *kubelogin_options(void)
{
    _Static_assert(KUBELOGIN_SETTINGS <= OPTIONS_OWN_MAX,
                   "options.own has a place for each setting");
    static struct option_spec specs[2 * KUBELOGIN_SETTINGS + 1];
    size_t count = 0;
    for (enum kubelogin_setting which = 0; which < KUBELOGIN_SETTINGS; which++) {
        if (settings[which].help == NULL)
            continue;
        specs[count++] = make_spec(which, settings[which].flag + 2, settings[which].help);
        if (settings[which].letter != NULL)
            specs[count++] = make_spec(which, settings[which].letter, NULL);
    }
    specs[count] = (struct option_spec){ 0 };
    return specs;
}

/* The value of a flag; NULL if it is not given or empty, which is the same in kubelogin. */
static const char *flag_value(const struct options *options, enum kubelogin_setting which)
{
    const char *value = which == KUBELOGIN_CLIENT_ID ? options->client_id : options->own[which];
    return value != NULL && value[0] != '\0' ? value : NULL;
}

/* Whether a flag is given. A switch that is false counts as not given. */
static bool is_given(const struct options *options, enum kubelogin_setting which)
{
    const char *value = flag_value(options, which);
    return value != NULL && (settings[which].argument != NULL || strcmp(value, "true") == 0);
}

/* Refuses secrets on the command line and flags that are not supported. The value may be a secret
 * and is not shown. */
static bool check_flags(const struct options *options, struct error *error)
{
    for (enum kubelogin_setting which = 0; which < KUBELOGIN_SETTINGS; which++) {
        if (settings[which].refused == NULL || !is_given(options, which))
            continue;
        bool secret = strcmp(settings[which].refused, POP_HINT) != 0;
        error_set(error, ERROR_USAGE,
                  secret ? "%s: secrets are not accepted on the command line"
                         : "%s is not supported",
                  settings[which].flag);
        return error_hint(error, "%s", settings[which].refused);
    }
    return true;
}

/* The argument is not shown. In "-client-secret x" with a dash from a word processor, x is one. */
bool kubelogin_check_operands(int count, char **operands, struct error *error)
{
    if (count == 0 || (count == 1 && strcmp(operands[0], "get-token") == 0))
        return true;
    error_set(error, ERROR_USAGE,
              "unexpected argument; it is not shown because it may be a secret");
    return error_hint(error, "Apart from options, the only argument is get-token.");
}

/* ---- the environment ---- */

/* The value of a variable; NULL if it is not set or empty. If it is set twice, the last counts, as
 * in client-go. */
static const char *get_variable(const struct kubelogin *kubelogin, const char *name)
{
    const char *text = NULL;
    if (kubelogin->variables == NULL || name == NULL)
        return environment(name);
    for (const char *const *pair = kubelogin->variables; pair[0] != NULL; pair += 2)
        if (strcmp(pair[0], name) == 0)
            text = pair[1];
    return text != NULL && text[0] != '\0' ? text : NULL;
}

static void read_variable(const struct kubelogin *kubelogin, struct kubelogin_value *value,
                          const char *name)
{
    const char *text = get_variable(kubelogin, name);
    if (text != NULL)
        *value = (struct kubelogin_value){ .text = text, .from = name };
}

static bool login_is(const struct kubelogin *kubelogin, const char *name)
{
    const char *login = kubelogin->values[KUBELOGIN_LOGIN].text;
    return login != NULL && strcmp(login, name) == 0;
}

/* Replaces the value of a flag with that of its variables, in ascending precedence. The login
 * method must have been read already. */
static void read_environment(struct kubelogin *kubelogin, enum kubelogin_setting which,
                             bool terraform)
{
    const struct setting *setting = &settings[which];
    struct kubelogin_value *value = &kubelogin->values[which];
    if (terraform && setting->terraform != NULL) {
        read_variable(kubelogin, value, setting->terraform);
    } else {
        read_variable(kubelogin, value, setting->environment[1]);
        read_variable(kubelogin, value, setting->environment[0]);
    }
    if (login_is(kubelogin, "workloadidentity"))
        read_variable(kubelogin, value, setting->workload);
    if (value->text == NULL && login_is(kubelogin, "azurepipelines"))
        read_variable(kubelogin, value, setting->pipelines);
}

/* Whether a variable is set that only kubelogin reads. */
static bool kubelogin_variable_is_set(const struct kubelogin *kubelogin)
{
    for (enum kubelogin_setting which = 0; which < KUBELOGIN_SETTINGS; which++)
        for (size_t i = 0; i < 2; i++) {
            const char *name = settings[which].environment[i];
            if (get_variable(kubelogin, name) != NULL && strncmp(name, "AAD_", 4) == 0)
                return true;
        }
    return false;
}

static bool uses_environment(const struct options *options)
{
    return !is_given(options, KUBELOGIN_NO_ENVIRONMENT);
}

bool kubelogin_is_called(const struct kubelogin *kubelogin, const struct options *options)
{
    for (enum kubelogin_setting which = 0; which < KUBELOGIN_SETTINGS; which++)
        if (options->own[which] != NULL)
            return true;
    return kubelogin->has_word ||
           (uses_environment(options) && kubelogin_variable_is_set(kubelogin));
}

/* ---- the cluster ---- */

/* All that is read of spec.cluster.config. The cluster may be hostile, so it is kept apart from
 * what the user says (from_cluster), and common/config/cluster.c decides what it may choose. */
static const struct {
    const char *key;
    enum kubelogin_setting which;
} cluster_keys[] = {
    { "server-id", KUBELOGIN_SERVER_ID },     { "tenant-id", KUBELOGIN_TENANT_ID },
    { "tenant", KUBELOGIN_TENANT_ID },        { "client-id", KUBELOGIN_CLIENT_ID },
    { "environment", KUBELOGIN_ENVIRONMENT },
};

static bool read_cluster_key(struct kubelogin_value *value, json_object *cluster, const char *key,
                             struct error *error)
{
    json_object *member = NULL;
    if (value->text != NULL || !json_object_object_get_ex(cluster, key, &member) || member == NULL)
        return true;
    const char *text = json_string(cluster, key);
    if (text == NULL)
        return error_set(error, ERROR_USAGE,
                         "KUBERNETES_EXEC_INFO has a spec.cluster.config.%s that is not a string",
                         key);
    if (text[0] != '\0')
        *value = (struct kubelogin_value){ .text = text,
                                           .from = "spec.cluster.config",
                                           .from_cluster = true };
    return true;
}

static bool read_cluster(struct kubelogin *kubelogin, json_object *cluster, struct error *error)
{
    for (size_t i = 0; cluster != NULL && i < ARRAY_SIZE(cluster_keys); i++)
        if (!read_cluster_key(&kubelogin->values[cluster_keys[i].which], cluster,
                              cluster_keys[i].key, error))
            return false;
    return true;
}

/* ---- all of them ---- */

const char *kubelogin_text(const struct kubelogin *kubelogin, enum kubelogin_setting which)
{
    return kubelogin->values[which].text;
}

bool kubelogin_is_on(const struct kubelogin *kubelogin, enum kubelogin_setting which)
{
    const char *text = kubelogin_text(kubelogin, which);
    return text != NULL && strcmp(text, "true") == 0;
}

static bool is_secret(enum kubelogin_setting which)
{
    return which == KUBELOGIN_CLIENT_SECRET || which == KUBELOGIN_CERTIFICATE_PASSWORD ||
           which == KUBELOGIN_PASSWORD;
}

void kubelogin_trace(const struct kubelogin *kubelogin)
{
    const char *level = kubelogin->values[KUBELOGIN_LOG_LEVEL].text;
    reporting.verbose = reporting.verbose || (level != NULL && level[strspn(level, "0")] != '\0');
    for (enum kubelogin_setting which = 0; which < KUBELOGIN_SETTINGS; which++) {
        const struct kubelogin_value *value = &kubelogin->values[which];
        if (value->text == NULL)
            continue;
        if (settings[which].ignored != NULL)
            trace("%s is not used: %s", value->from, settings[which].ignored);
        else
            trace("%s is set to %s", value->from,
                  is_secret(which) || config_has_pin(value->text) ? "***" : value->text);
    }
}

/* The level of klog's -v. */
static bool check_log_level(const struct kubelogin *kubelogin, struct error *error)
{
    const char *level = kubelogin->values[KUBELOGIN_LOG_LEVEL].text;
    return level == NULL || level[strspn(level, "0123456789")] == '\0' ||
           error_set(error, ERROR_USAGE, "-v takes a whole number, not '%.40s'", level);
}

bool kubelogin_read(struct kubelogin *kubelogin, const struct options *options,
                    json_object *cluster, struct error *error)
{
    kubelogin->is_called = kubelogin_is_called(kubelogin, options);
    if (!check_flags(options, error))
        return false;
    for (enum kubelogin_setting which = 0; which < KUBELOGIN_SETTINGS; which++) {
        if (flag_value(options, which) != NULL)
            kubelogin->values[which] = (struct kubelogin_value){ .text = flag_value(options, which),
                                                                 .from = settings[which].flag };
        if (kubelogin->is_called && uses_environment(options))
            read_environment(kubelogin, which, is_given(options, KUBELOGIN_TERRAFORM));
    }
    return read_cluster(kubelogin, cluster, error) && check_log_level(kubelogin, error);
}
