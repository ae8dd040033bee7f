/* SPDX-License-Identifier: MIT */
/* kubelogin's settings: their table, and their flags. kubelogin_read.c reads them from there and
 * elsewhere; kubelogin_apply.c and kubelogin_logins.c put them into struct options. */
#define _GNU_SOURCE
#include "helpers/kubectl/kubelogin_settings.h"

#include <string.h>

/* Where to put a secret that kubelogin accepts on the command line. */
#define SECRET_HINT                                                                                \
    "Every user of the machine can read command lines. Set AZURE_CLIENT_SECRET instead, or have "  \
    "the keyring keep the secret: see SourceType Keyring in entra-appsettings(5)."
#define PASSWORD_HINT                                                                              \
    "Every user of the machine can read command lines. Set AZURE_CLIENT_CERTIFICATE_PASSWORD "     \
    "instead."
#define ROPC_HINT "Use --login devicecode or interactive, or spn for an app."

const struct kubelogin_setting_facts kubelogin_settings[KUBELOGIN_SETTINGS] = {
    [KUBELOGIN_LOGIN] = { .flag = "--login",
                          .letter = "l",
                          .argument = KUBELOGIN_LOGIN_ARGUMENT,
                          .help = "login method: devicecode, interactive, spn, msi, "
                                  "workloadidentity, azurepipelines, azurecli, azd or chained",
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
                                .argument = "CLOUD=AzurePublicCloud|AzureUSGovernmentCloud|"
                                            "AzureChinaCloud",
                                .help = "Azure environment: AzurePublicCloud, "
                                        "AzureUSGovernmentCloud or AzureChinaCloud" },
    [KUBELOGIN_AUTHORITY_HOST] = { .flag = "--authority-host",
                                   .argument = "URL",
                                   .help = "same as --authority",
                                   .workload = "AZURE_AUTHORITY_HOST" },
    [KUBELOGIN_LEGACY] = { .flag = "--legacy",
                           .help = "get a token with the spn: prefix in its audience" },
    [KUBELOGIN_CLIENT_CERTIFICATE] = { .flag = "--client-certificate",
                                       .argument = "FILE=@file",
                                       .help = "client certificate and key, for spn login",
                                       .environment = { "AZURE_CLIENT_CERTIFICATE_PATH",
                                                        "AAD_SERVICE_PRINCIPAL_CLIENT_"
                                                        "CERTIFICATE" },
                                       .terraform = "ARM_CLIENT_CERTIFICATE_PATH" },
    [KUBELOGIN_FEDERATED_TOKEN_FILE] = { .flag = "--federated-token-file",
                                         .argument = "FILE=@file",
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
                               .argument = "USER=@account",
                               .help = "user name of the account to use" },
    [KUBELOGIN_USERNAME] = { .flag = "--username",
                             .argument = "USER=@account",
                             .help = "same as --login-hint" },
    [KUBELOGIN_TERRAFORM] = { .flag = "--use-azurerm-env-vars",
                              .help = "read ARM_* instead of AZURE_* and AAD_*" },
    [KUBELOGIN_NO_ENVIRONMENT] = { .flag = "--disable-environment-override",
                                   .help = "let flags take precedence over the environment" },
    [KUBELOGIN_REDIRECT_URL] = { .flag = "--redirect-url",
                                 .argument = "URL",
                                 .help = "use this URL's port, for interactive login" },
    [KUBELOGIN_SUBSCRIPTION] = { .flag = "--subscription",
                                 .letter = "s",
                                 .argument = "NAME",
                                 .help = "not used",
                                 .ignored = "only the Azure CLI selects tokens by subscription" },
    [KUBELOGIN_CACHE_DIR] = { .flag = "--cache-dir",
                              .argument = "FOLDER=@folder",
                              .help = "use the account that has signed in for this folder",
                              .weakest = "KUBECACHEDIR" },
    [KUBELOGIN_TOKEN_CACHE_DIR] = { .flag = "--token-cache-dir",
                                    .argument = "FOLDER=@folder",
                                    .help = "same as --cache-dir" },
    [KUBELOGIN_AZURE_CONFIG_DIR] = { .flag = "--azure-config-dir",
                                     .argument = "FOLDER=@folder",
                                     .help = "same as --cache-dir, for azurecli login",
                                     .weakest = "AZURE_CONFIG_DIR" },
    [KUBELOGIN_NO_DISCOVERY] = { .flag = "--disable-instance-discovery",
                                 .help = "not used",
                                 .ignored = "instance discovery is never used" },
    [KUBELOGIN_LOG_LEVEL] = { .flag = "--v",
                              .argument = "LEVEL",
                              .help = "log level; 1 or more is the same as --verbose" },
    [KUBELOGIN_LOG_TO_STDERR] = { .flag = "--logtostderr",
                                  .help = "not used",
                                  .ignored = "messages always go to stderr" },
    [KUBELOGIN_POP] = { .flag = "--pop-enabled",
                        .help = "give a proof of possession, for an Arc-enabled cluster" },
    [KUBELOGIN_POP_CLAIMS] = { .flag = "--pop-claims",
                               .argument = "CLAIMS",
                               .help = "what it is for: u=ID, the ARM ID of the cluster" },
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
    bool is_unused =
        kubelogin_settings[which].ignored != NULL || kubelogin_settings[which].refused != NULL;
    return (struct option_spec){ .name = name,
                                 .argument = kubelogin_settings[which].argument,
                                 .help = help,
                                 .kind = kubelogin_settings[which].argument != NULL
                                             ? OPTION_ANY_TEXT
                                             : OPTION_SWITCH,
                                 .offset = offset_of(which),
                                 .uses = is_unused ? OPTION_UNUSED : 0 };
}

const struct option_spec *kubelogin_options(void)
{
    _Static_assert(KUBELOGIN_SETTINGS <= OPTIONS_OWN_MAX,
                   "options.own has a place for each setting");
    static struct option_spec specs[2 * KUBELOGIN_SETTINGS + 1];
    size_t count = 0;
    for (enum kubelogin_setting which = 0; which < KUBELOGIN_SETTINGS; which++) {
        if (kubelogin_settings[which].help == NULL)
            continue;
        specs[count++] =
            make_spec(which, kubelogin_settings[which].flag + 2, kubelogin_settings[which].help);
        if (kubelogin_settings[which].letter != NULL)
            specs[count++] = make_spec(which, kubelogin_settings[which].letter, NULL);
    }
    specs[count] = (struct option_spec){ 0 };
    return specs;
}

const char *kubelogin_flag_value(const struct options *options, enum kubelogin_setting which)
{
    const char *value = which == KUBELOGIN_CLIENT_ID ? options->client_id : options->own[which];
    return value != NULL && value[0] != '\0' ? value : NULL;
}

bool kubelogin_flag_is_given(const struct options *options, enum kubelogin_setting which)
{
    const char *value = kubelogin_flag_value(options, which);
    return value != NULL &&
           (kubelogin_settings[which].argument != NULL || strcmp(value, "true") == 0);
}

/* The value may be a secret and is not shown. */
bool kubelogin_check_flags(const struct options *options, struct error *error)
{
    for (enum kubelogin_setting which = 0; which < KUBELOGIN_SETTINGS; which++) {
        if (kubelogin_settings[which].refused == NULL || !kubelogin_flag_is_given(options, which))
            continue;
        error_set(error, ERROR_USAGE, "%s: secrets are not accepted on the command line",
                  kubelogin_settings[which].flag);
        return error_hint(error, "%s", kubelogin_settings[which].refused);
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
