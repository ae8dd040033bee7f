/* SPDX-License-Identifier: MIT */
/* kubelogin's login methods: which identity and which credential they put into struct options. */
#define _GNU_SOURCE
#include <stdio.h>
#include <string.h>

#include "common/base/array.h"
#include "common/base/environment.h"
#include "common/base/text.h"
#include "common/entra/account_folder.h"
#include "common/entra/build_system.h"
#include "common/entra/url.h"
#include "helpers/kubectl/kubelogin_settings.h"

#define HTTP_PORT 80 /* also where the URL names none */

/* Makes a credential of this kind the options' only one. where says what configured it. */
static void make_credential(struct kubelogin *kubelogin, enum credential_kind kind,
                            const char *where)
{
    kubelogin->credential = (struct credential){ .kind = kind, .where = strdup(where) };
    kubelogin->context.credential = &kubelogin->credential;
}

/* Copies a setting for a member of the credential; NULL if it is not set. */
static char *copy_text(const struct kubelogin *kubelogin, enum kubelogin_setting which)
{
    const char *text = kubelogin_text(kubelogin, which);
    return text != NULL ? strdup(text) : NULL;
}

static struct secret *copy_secret(const struct kubelogin *kubelogin, enum kubelogin_setting which)
{
    return secret_from_text(kubelogin_text(kubelogin, which));
}

/* As in kubelogin, a certificate takes precedence over a secret and its chain is sent (x5c). If
 * neither is set, the configuration may have a credential. */
static void apply_secret_or_certificate(struct kubelogin *kubelogin)
{
    const struct kubelogin_value *certificate = &kubelogin->values[KUBELOGIN_CLIENT_CERTIFICATE];
    const struct kubelogin_value *secret = &kubelogin->values[KUBELOGIN_CLIENT_SECRET];
    struct credential *credential = &kubelogin->credential;
    if (certificate->text != NULL) {
        make_credential(kubelogin, CREDENTIAL_CERTIFICATE, certificate->from);
        credential->send_x5c = true;
        credential->path = copy_text(kubelogin, KUBELOGIN_CLIENT_CERTIFICATE);
        credential->password = copy_secret(kubelogin, KUBELOGIN_CERTIFICATE_PASSWORD);
    } else if (secret->text != NULL) {
        make_credential(kubelogin, CREDENTIAL_CLIENT_SECRET, secret->from);
        credential->secret = copy_secret(kubelogin, KUBELOGIN_CLIENT_SECRET);
    }
}

/* A pod may have a federated token too, which is another app's. */
static bool apply_spn(struct kubelogin *kubelogin, struct error *error)
{
    (void)error;
    kubelogin->context.for_app = true;
    kubelogin->context.chain = CONFIG_CHAIN_ENVIRONMENT;
    apply_secret_or_certificate(kubelogin);
    return true;
}

static bool apply_msi(struct kubelogin *kubelogin, struct error *error)
{
    (void)error;
    kubelogin->options.managed_identity = true;
    kubelogin->context.identity_resource_id =
        kubelogin_text(kubelogin, KUBELOGIN_IDENTITY_RESOURCE_ID);
    return true;
}

/* In a GitHub Actions job, its OIDC token; otherwise the token file. If there is neither, the
 * configuration may have a credential. */
static bool apply_workloadidentity(struct kubelogin *kubelogin, struct error *error)
{
    (void)error;
    const struct kubelogin_value *file = &kubelogin->values[KUBELOGIN_FEDERATED_TOKEN_FILE];
    kubelogin->context.for_app = true;
    kubelogin->context.chain = CONFIG_CHAIN_WORKLOAD;
    if (build_system_is_here(BUILD_SYSTEM_GITHUB_ACTIONS)) {
        make_credential(kubelogin, CREDENTIAL_GITHUB_ACTIONS,
                        build_systems[BUILD_SYSTEM_GITHUB_ACTIONS].url_variable);
    } else if (file->text != NULL) {
        make_credential(kubelogin, CREDENTIAL_ASSERTION_FILE, file->from);
        kubelogin->credential.path = copy_text(kubelogin, KUBELOGIN_FEDERATED_TOKEN_FILE);
    }
    return true;
}

static bool apply_azurepipelines(struct kubelogin *kubelogin, struct error *error)
{
    const struct kubelogin_value *connection = &kubelogin->values[KUBELOGIN_SERVICE_CONNECTION];
    kubelogin->context.for_app = true;
    if (connection->text != NULL) {
        make_credential(kubelogin, CREDENTIAL_AZURE_PIPELINES, connection->from);
        kubelogin->credential.id = copy_text(kubelogin, KUBELOGIN_SERVICE_CONNECTION);
        return true;
    }
    error_set(error, ERROR_USAGE, "--login azurepipelines needs a service connection ID");
    return error_hint(error,
                      "Give --azure-pipelines-service-connection-id, or let the pipeline task set "
                      "AZURESUBSCRIPTION_SERVICE_CONNECTION_ID.");
}

/* As in kubelogin, only its port counts, and the browser is sent to that port of localhost. */
static bool apply_redirect_url(struct kubelogin *kubelogin, struct error *error)
{
    const struct kubelogin_value *url = &kubelogin->values[KUBELOGIN_REDIRECT_URL];
    struct url parsed;
    struct error why = { 0 };
    if (url->text == NULL)
        return true;
    if (!url_parse(url->text, strlen(url->text), &parsed, &why) || !url_is_loopback(&parsed) ||
        parsed.https) {
        error_set(error, ERROR_USAGE, "%s: '%s' is not an http URL of this machine", url->from,
                  url_shown(url->text).text);
        return error_hint(error, "The browser is redirected to http://localhost:PORT.");
    }
    kubelogin->context.redirect_port = parsed.port != HTTP_PORT ? parsed.port : 0;
    return true;
}

/* The folders by which a user keeps accounts apart: kubelogin's, or those of 'az'. */
static const enum kubelogin_setting folders_of_kubelogin[] = { KUBELOGIN_TOKEN_CACHE_DIR,
                                                               KUBELOGIN_CACHE_DIR,
                                                               KUBELOGIN_SETTINGS };
static const enum kubelogin_setting folders_of_az[] = { KUBELOGIN_AZURE_CONFIG_DIR,
                                                        KUBELOGIN_SETTINGS };

/* Of several settings, the first that is set counts. */
static void apply_folder(struct kubelogin *kubelogin, const enum kubelogin_setting *settings)
{
    while (*settings != KUBELOGIN_SETTINGS && kubelogin_text(kubelogin, *settings) == NULL)
        settings++;
    if (*settings != KUBELOGIN_SETTINGS)
        kubelogin->account_folder = account_folder(kubelogin_text(kubelogin, *settings));
    kubelogin->context.account_folder = kubelogin->account_folder;
}

/* Whoever signs in, does so with the client that the arguments or the configuration name. A
 * variable names an app, which a user cannot sign in to. */
static bool apply_user(struct kubelogin *kubelogin, enum sign_in_method method,
                       const enum kubelogin_setting *folders)
{
    kubelogin->context.for_user = true;
    kubelogin->context.sign_in = method;
    apply_folder(kubelogin, folders);
    kubelogin_drop_client_of_variable(kubelogin);
    return true;
}

static bool apply_devicecode(struct kubelogin *kubelogin, struct error *error)
{
    (void)error;
    return apply_user(kubelogin, SIGN_IN_DEVICE_CODE, folders_of_kubelogin);
}

static bool apply_interactive(struct kubelogin *kubelogin, struct error *error)
{
    return apply_redirect_url(kubelogin, error) &&
           apply_user(kubelogin, SIGN_IN_BROWSER, folders_of_kubelogin);
}

/* The sign-in of 'az' or 'azd' is theirs. A user of these is a user here too. */
static bool apply_cli(struct kubelogin *kubelogin, struct error *error)
{
    (void)error;
    return apply_user(kubelogin, SIGN_IN_AUTO, folders_of_az);
}

/* As Azure's DefaultAzureCredential, which takes no client from the arguments: the app of the
 * variables; the machine's managed identity, where nothing else is named; a user. AZURE_CLIENT_ID
 * is left to common/config, since it may be either's. */
static bool apply_chained(struct kubelogin *kubelogin, struct error *error)
{
    (void)error;
    if (!kubelogin_is_on(kubelogin, KUBELOGIN_TERRAFORM))
        kubelogin->options.client_id = NULL;
    apply_folder(kubelogin, folders_of_az);
    apply_secret_or_certificate(kubelogin);
    return true;
}

/* Without --login: an app if a credential is configured; the machine's managed identity, where
 * nothing is; otherwise a user with a device code, which is kubelogin's default. */
static bool apply_default(struct kubelogin *kubelogin, struct error *error)
{
    (void)error;
    kubelogin->context.sign_in = SIGN_IN_DEVICE_CODE;
    apply_folder(kubelogin, folders_of_kubelogin);
    apply_secret_or_certificate(kubelogin);
    return true;
}

static const struct login {
    const char *name;
    bool (*apply)(struct kubelogin *kubelogin, struct error *error);
    const char *cli;     /* the program whose sign-in kubelogin would use; NULL: none */
    const char *refused; /* why it is not available and what to use; NULL: it is available */
} logins[] = {
    { "devicecode", apply_devicecode, NULL, NULL },
    { "interactive", apply_interactive, NULL, NULL },
    { "spn", apply_spn, NULL, NULL },
    { "msi", apply_msi, NULL, NULL },
    { "workloadidentity", apply_workloadidentity, NULL, NULL },
    { "azurepipelines", apply_azurepipelines, NULL, NULL },
    { "azurecli", apply_cli, "az", NULL },
    { "azd", apply_cli, "azd", NULL },
    { "chained", apply_chained, NULL, NULL },
    { "ropc", NULL, NULL,
      "Passwords are not used: a password does not satisfy multifactor authentication. Use --login "
      "devicecode or interactive; in a job, use spn, msi or workloadidentity." },
};

static const struct login *find_login(const char *name)
{
    for (size_t i = 0; i < ARRAY_SIZE(logins); i++)
        if (strcmp(logins[i].name, name) == 0)
            return &logins[i];
    return NULL;
}

bool kubelogin_check_login(const char *name, const char *from, struct error *error)
{
    const struct login *login = find_login(name);
    if (login == NULL) {
        error_set(error, ERROR_USAGE, "%s: '%.40s' is not a supported login method", from, name);
        return error_hint(error, "Supported methods: devicecode, interactive, spn, msi, "
                                 "workloadidentity, azurepipelines, azurecli, azd, chained.");
    }
    if (login->apply != NULL)
        return true;
    error_set(error, ERROR_USAGE, "%s: login method '%s' is not available", from, login->name);
    return error_hint(error, "%s", login->refused);
}

/* The login method of an app, for a job in which a user's was given. */
static const char *job_remedy(void)
{
    switch (build_system_of_job()) {
    case BUILD_SYSTEM_GITHUB_ACTIONS:
        return environment("AZURE_CLIENT_ID") != NULL
                   ? "Use --login workloadidentity."
                   : "Use --login workloadidentity, and set AZURE_CLIENT_ID.";
    case BUILD_SYSTEM_AZURE_PIPELINES:
        return "Use --login azurepipelines.";
    case BUILD_SYSTEMS:
        break;
    }
    return "Use --login spn, msi or workloadidentity.";
}

bool kubelogin_apply_login(struct kubelogin *kubelogin, struct error *error)
{
    const struct kubelogin_value *named = &kubelogin->values[KUBELOGIN_LOGIN];
    if (named->text == NULL)
        return apply_default(kubelogin, error);
    if (!kubelogin_check_login(named->text, named->from, error) ||
        !find_login(named->text)->apply(kubelogin, error))
        return false;
    if (kubelogin->context.for_user) {
        kubelogin->user_because = text_format("--login %s asks for a user's token", named->text);
        kubelogin->context.user_because = kubelogin->user_because;
        kubelogin->context.job_remedy = job_remedy();
    }
    return true;
}

/* With --use-azurerm-env-vars, the hints must name ARM_* instead of AZURE_*. */
static void hint_at_terraform(struct error *error)
{
    if (strcmp(error->code, "no_identity") == 0)
        error_hint(error,
                   "Set ARM_CLIENT_ID and ARM_TENANT_ID, which --use-azurerm-env-vars reads.");
    else if (strcmp(error->code, "no_credential") == 0)
        error_hint(error, "Set ARM_CLIENT_SECRET or ARM_CLIENT_CERTIFICATE_PATH, which "
                          "--use-azurerm-env-vars reads.");
}

/* What would give the app of the login method a credential. */
static bool hint_at_credential(const struct kubelogin *kubelogin, const char *login,
                               struct error *error)
{
    if (strcmp(login, "workloadidentity") == 0)
        return build_system_runs_this(BUILD_SYSTEM_GITHUB_ACTIONS)
                   ? error_known_as(error, "github_no_token")
                   : error_hint(error,
                                "Set AZURE_FEDERATED_TOKEN_FILE or give --federated-token-file.");
    return error_hint(error, "Set %s, or configure ClientCredentials; see entra-appsettings(5).%s",
                      kubelogin_is_on(kubelogin, KUBELOGIN_TERRAFORM)
                          ? "ARM_CLIENT_SECRET or ARM_CLIENT_CERTIFICATE_PATH"
                          : "AZURE_CLIENT_SECRET or AZURE_CLIENT_CERTIFICATE_PATH",
                      environment("AZURE_FEDERATED_TOKEN_FILE") != NULL
                          ? " The token in AZURE_FEDERATED_TOKEN_FILE is for --login "
                            "workloadidentity."
                          : "");
}

/* An app without a credential lacks that first, whatever else is missing. */
static bool lacks_credential(const struct token_candidates *candidates, const struct error *error)
{
    return strcmp(error->code, "no_credential") == 0 ||
           (strcmp(error->code, "no_identity") == 0 && candidates->items[0].credential_count == 0);
}

bool kubelogin_explain_request(const struct kubelogin *kubelogin,
                               const struct token_candidates *candidates, struct error *error)
{
    const char *login = kubelogin_text(kubelogin, KUBELOGIN_LOGIN);
    if (kubelogin_is_on(kubelogin, KUBELOGIN_TERRAFORM))
        hint_at_terraform(error);
    if (!kubelogin->context.for_app || !lacks_credential(candidates, error))
        return false;
    error_set(error, ERROR_USAGE, "--login %s needs a client credential, but none is configured",
              login);
    return hint_at_credential(kubelogin, login, error);
}

void kubelogin_explain(const struct kubelogin *kubelogin, struct error *error)
{
    const char *name = kubelogin_text(kubelogin, KUBELOGIN_LOGIN);
    const struct login *login = name != NULL ? find_login(name) : NULL;
    size_t used = strlen(error->hint);
    if (error->kind == ERROR_SIGN_IN && login != NULL && login->cli != NULL)
        snprintf(error->hint + used, sizeof error->hint - used,
                 "%sThe sign-in of '%s' is not used.", used > 0 ? " " : "", login->cli);
}
