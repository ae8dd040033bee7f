/* What kubelogin's settings mean here: its logins, clouds and servers, written into struct options.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "common/authority.h"
#include "common/config/config.h"
#include "common/environment.h"
#include "common/text.h"
#include "helpers/kubelogin.h"

static const char *text_of(const struct kubelogin *kubelogin, enum kubelogin_setting which)
{
    return kubelogin->values[which].text;
}

static bool is_on(const struct kubelogin *kubelogin, enum kubelogin_setting which)
{
    const char *text = text_of(kubelogin, which);
    return text != NULL && strcmp(text, "true") == 0;
}

/* ---- the logins ---- */

/* Makes the options' credential of one kind, configured by the setting. */
static bool make_credential(struct kubelogin *kubelogin, enum credential_kind kind,
                            const char *where, struct options *options, struct error *error)
{
    kubelogin->credential = (struct credential){ .kind = kind, .where = strdup(where) };
    options->credential = &kubelogin->credential;
    return kubelogin->credential.where != NULL || error_no_memory(error);
}

/* Copies a setting into a member of the credential, where it was said. */
static bool take_text(const struct kubelogin *kubelogin, enum kubelogin_setting which,
                      char **member, struct error *error)
{
    const char *text = text_of(kubelogin, which);
    *member = text != NULL ? strdup(text) : NULL;
    return text == NULL || *member != NULL || error_no_memory(error);
}

static bool take_secret(const struct kubelogin *kubelogin, enum kubelogin_setting which,
                        struct secret **member, struct error *error)
{
    const char *text = text_of(kubelogin, which);
    *member = secret_from_text(text);
    return text == NULL || *member != NULL || error_no_memory(error);
}

/* A certificate goes before a secret, and its chain along, as in kubelogin. Where neither is named,
 * the configuration may have one. */
static bool apply_spn(struct kubelogin *kubelogin, struct options *options, struct error *error)
{
    const struct kubelogin_value *certificate = &kubelogin->values[KUBELOGIN_CLIENT_CERTIFICATE];
    const struct kubelogin_value *secret = &kubelogin->values[KUBELOGIN_CLIENT_SECRET];
    struct credential *credential = &kubelogin->credential;
    if (certificate->text != NULL) {
        if (!make_credential(kubelogin, CREDENTIAL_CERTIFICATE, certificate->from, options, error))
            return false;
        credential->send_x5c = true;
        return take_text(kubelogin, KUBELOGIN_CLIENT_CERTIFICATE, &credential->path, error) &&
               take_secret(kubelogin, KUBELOGIN_CERTIFICATE_PASSWORD, &credential->password, error);
    }
    return secret->text == NULL ||
           (make_credential(kubelogin, CREDENTIAL_CLIENT_SECRET, secret->from, options, error) &&
            take_secret(kubelogin, KUBELOGIN_CLIENT_SECRET, &credential->secret, error));
}

static bool apply_msi(struct kubelogin *kubelogin, struct options *options, struct error *error)
{
    (void)error;
    options->managed_identity = true;
    options->identity_resource_id = text_of(kubelogin, KUBELOGIN_IDENTITY_RESOURCE_ID);
    return true;
}

/* In a job of GitHub Actions its own token, else that of the file; where none is named, the
 * configuration may have one. */
static bool apply_workloadidentity(struct kubelogin *kubelogin, struct options *options,
                                   struct error *error)
{
    const struct kubelogin_value *file = &kubelogin->values[KUBELOGIN_FEDERATED_TOKEN_FILE];
    if (environment("ACTIONS_ID_TOKEN_REQUEST_TOKEN") != NULL &&
        environment("ACTIONS_ID_TOKEN_REQUEST_URL") != NULL)
        return make_credential(kubelogin, CREDENTIAL_GITHUB_ACTIONS, "ACTIONS_ID_TOKEN_REQUEST_URL",
                               options, error);
    return file->text == NULL ||
           (make_credential(kubelogin, CREDENTIAL_ASSERTION_FILE, file->from, options, error) &&
            take_text(kubelogin, KUBELOGIN_FEDERATED_TOKEN_FILE, &kubelogin->credential.path,
                      error));
}

static bool apply_azurepipelines(struct kubelogin *kubelogin, struct options *options,
                                 struct error *error)
{
    const struct kubelogin_value *connection = &kubelogin->values[KUBELOGIN_SERVICE_CONNECTION];
    if (connection->text != NULL)
        return make_credential(kubelogin, CREDENTIAL_AZURE_PIPELINES, connection->from, options,
                               error) &&
               take_text(kubelogin, KUBELOGIN_SERVICE_CONNECTION, &kubelogin->credential.id, error);
    error_set(error, ERROR_USAGE, "--login azurepipelines needs the service connection's id");
    return error_hint(error, "Give --azure-pipelines-service-connection-id, or let the task set "
                             "AZURESUBSCRIPTION_SERVICE_CONNECTION_ID.");
}

static bool apply_devicecode(struct kubelogin *kubelogin, struct options *options,
                             struct error *error)
{
    (void)kubelogin;
    (void)error;
    options->person = true;
    options->sign_in = SIGN_IN_DEVICE_CODE;
    return true;
}

static bool apply_interactive(struct kubelogin *kubelogin, struct options *options,
                              struct error *error)
{
    (void)kubelogin;
    (void)error;
    options->person = true;
    options->sign_in = SIGN_IN_BROWSER;
    return true;
}

/* No --login: an app where a credential is configured, else a person, by kubelogin's default. */
static bool apply_default(struct kubelogin *kubelogin, struct options *options, struct error *error)
{
    options->sign_in = SIGN_IN_DEVICE_CODE;
    return apply_spn(kubelogin, options, error);
}

static const struct login {
    const char *name;
    bool (*apply)(struct kubelogin *kubelogin, struct options *options, struct error *error);
    bool is_app;
    const char *refused; /* why it is not to be had */
} logins[] = {
    { "devicecode", apply_devicecode, false, NULL },
    { "interactive", apply_interactive, false, NULL },
    { "spn", apply_spn, true, NULL },
    { "msi", apply_msi, true, NULL },
    { "workloadidentity", apply_workloadidentity, true, NULL },
    { "azurepipelines", apply_azurepipelines, true, NULL },
    { "azurecli", NULL, false,
      "the sign-in of 'az' is not borrowed. Use --login devicecode or interactive: one sign-in, "
      "kept in the keyring; 'entra login' does it beforehand." },
    { "azd", NULL, false,
      "the sign-in of 'azd' is not borrowed. Use --login devicecode or interactive: one sign-in, "
      "kept in the keyring; 'entra login' does it beforehand." },
    { "ropc", NULL, false,
      "nobody's password is asked for: it gets past no second factor. Use --login devicecode or "
      "interactive; a job uses spn, msi or workloadidentity." },
};

static const struct login *find_login(const char *name)
{
    for (size_t i = 0; i < sizeof logins / sizeof logins[0]; i++)
        if (strcmp(logins[i].name, name) == 0)
            return &logins[i];
    return NULL;
}

bool kubelogin_check_login(const char *name, const char *from, struct error *error)
{
    const struct login *login = find_login(name);
    if (login == NULL) {
        error_set(error, ERROR_USAGE, "%s: there is no login '%.40s'", from, name);
        return error_hint(error, "It is devicecode, interactive, spn, msi, workloadidentity or "
                                 "azurepipelines.");
    }
    if (login->apply != NULL)
        return true;
    error_set(error, ERROR_USAGE, "%s: '%s' is not available", from, login->name);
    return error_hint(error, "Here %s", login->refused);
}

static bool apply_login(struct kubelogin *kubelogin, struct options *options, struct error *error)
{
    const struct kubelogin_value *named = &kubelogin->values[KUBELOGIN_LOGIN];
    if (named->text == NULL)
        return apply_default(kubelogin, options, error);
    return kubelogin_check_login(named->text, named->from, error) &&
           find_login(named->text)->apply(kubelogin, options, error);
}

/* Where AZURE_* are not heard, it is ARM_* that would do. */
static void hint_at_terraform(struct error *error)
{
    if (strcmp(error->code, "no_identity") == 0)
        error_hint(error, "Set ARM_CLIENT_ID and ARM_TENANT_ID, as --use-azurerm-env-vars has it.");
    else if (strcmp(error->code, "no_credential") == 0)
        error_hint(error, "Set ARM_CLIENT_SECRET or ARM_CLIENT_CERTIFICATE_PATH, as "
                          "--use-azurerm-env-vars has it.");
}

bool kubelogin_check(const struct kubelogin *kubelogin, bool person_needed, struct error *error)
{
    const char *name = text_of(kubelogin, KUBELOGIN_LOGIN);
    const struct login *login = name != NULL ? find_login(name) : NULL;
    bool terraform = is_on(kubelogin, KUBELOGIN_TERRAFORM);
    if (terraform)
        hint_at_terraform(error);
    if (!person_needed || login == NULL || !login->is_app)
        return true;
    error_set(error, ERROR_USAGE, "--login %s needs a client credential, and none is configured",
              login->name);
    if (strcmp(name, "workloadidentity") == 0)
        return error_hint(error, "Set AZURE_FEDERATED_TOKEN_FILE, or give --federated-token-file.");
    return error_hint(error, "Set %s, or configure ClientCredentials; see entra-appsettings(5).",
                      terraform ? "ARM_CLIENT_SECRET or ARM_CLIENT_CERTIFICATE_PATH"
                                : "AZURE_CLIENT_SECRET or AZURE_CLIENT_CERTIFICATE_PATH");
}

/* ---- the cloud ---- */

/* kubelogin's names, without regard to case. NULL: its default, which says nothing that the
 * configuration does not know better. */
static const struct cloud {
    const char *name;
    const char *authority;
} clouds[] = {
    { "AzurePublicCloud", NULL },
    { "AzurePublic", NULL },
    { "AzureCloud", NULL },
    { "AzureUSGovernmentCloud", "https://login.microsoftonline.us" },
    { "AzureUSGovernment", "https://login.microsoftonline.us" },
    { "AzureChinaCloud", "https://login.partner.microsoftonline.cn" },
};

/* An environment is a name of this table, so a cluster can name no authority but a known one.
 * Beside an authority it says nothing, and need not be known, as in kubelogin. */
static bool apply_cloud(const struct kubelogin *kubelogin, struct options *options,
                        struct error *error)
{
    const char *name = text_of(kubelogin, KUBELOGIN_ENVIRONMENT);
    if (options->authority == NULL)
        options->authority = text_of(kubelogin, KUBELOGIN_AUTHORITY_HOST);
    if (name == NULL || options->authority != NULL)
        return true;
    for (size_t i = 0; i < sizeof clouds / sizeof clouds[0]; i++) {
        if (strcasecmp(name, clouds[i].name) != 0)
            continue;
        options->authority = clouds[i].authority;
        return true;
    }
    error_set(error, ERROR_USAGE, "%s: there is no cloud '%.40s'",
              kubelogin->values[KUBELOGIN_ENVIRONMENT].from, name);
    return error_hint(error, "It is AzurePublicCloud, AzureUSGovernmentCloud or AzureChinaCloud; "
                             "any other has an --authority.");
}

/* ---- the server ---- */

/* APIs that a person or an app has more to lose at than a cluster: their tokens go to none, even if
 * the cluster says that its server is one of them. */
static const char *const not_a_cluster[] = {
    "022907d3-0f1b-48f7-badc-1ba6abab6d66", /* Azure SQL */
    "2746ea77-4702-4b45-80ca-3c97e680e8b7", /* Data Explorer */
    "2ff814a6-3304-4ab8-85cb-cd0e6f879c1d", /* Databricks */
    "499b84ac-1321-427f-aa17-267ca6975798", /* Azure DevOps */
    "797f4846-ba00-4fd7-ba43-dac1f8f63013", /* Azure Resource Manager */
    "ca7f3f0b-7d91-482c-8e09-c5d840d0eac5", /* Log Analytics */
    "cfa8b339-82a2-471a-a3c9-0fa0be7a2093", /* Key Vault */
    "e406a681-f3d4-42a8-90b6-c2b029497af1", /* Storage */
};

/* The elder of Microsoft's have numbers in place of random GUIDs: Graph
 * 00000003-0000-0000-c000-..., Exchange 00000002-0000-0ff1-ce00-..., and so on for dozens. */
static bool is_numbered(const char *guid)
{
    return strncmp(guid, "000000", 6) == 0 && strncmp(guid + 8, "-0000-", 6) == 0;
}

/* The token will go to the very cluster that names the server, so it is to be an app of its own. */
static bool check_server_of_cluster(const char *server, struct error *error)
{
    bool ok = text_is_guid(server) && !is_numbered(server);
    for (size_t i = 0; ok && i < sizeof not_a_cluster / sizeof not_a_cluster[0]; i++)
        ok = strcasecmp(server, not_a_cluster[i]) != 0;
    if (ok)
        return true;
    error_set(error, ERROR_USAGE,
              "KUBERNETES_EXEC_INFO has a spec.cluster.config.server-id '%.80s' that is not "
              "believed of a cluster",
              server);
    return error_hint(error, "It is the GUID of a server application; give any other as "
                             "--server-id in args.");
}

static bool ends_in(const char *text, size_t length, const char *end)
{
    size_t tail = strlen(end);
    return length >= tail && memcmp(text + length - tail, end, tail) == 0;
}

/* As kubelogin makes it: without slashes at its end, with /.default, and spn: for those clusters
 * that were set up before v1 of the integration. */
static bool make_scope(struct kubelogin *kubelogin, const char *server, struct error *error)
{
    size_t length = strlen(server);
    while (length > 0 && server[length - 1] == '/')
        length--;
    if (length == 0)
        return error_set(error, ERROR_USAGE, "%s: '%.40s' is not the id of a server application",
                         kubelogin->values[KUBELOGIN_SERVER_ID].from, server);
    bool legacy = is_on(kubelogin, KUBELOGIN_LEGACY) && strncmp(server, "spn:", 4) != 0;
    if (asprintf(&kubelogin->scope, "%s%.*s%s", legacy ? "spn:" : "", (int)length, server,
                 ends_in(server, length, "/.default") ? "" : "/.default") >= 0)
        return true;
    kubelogin->scope = NULL;
    return error_no_memory(error);
}

static bool apply_server(struct kubelogin *kubelogin, struct options *options, struct error *error)
{
    const char *server = text_of(kubelogin, KUBELOGIN_SERVER_ID);
    bool of_cluster = kubelogin->values[KUBELOGIN_SERVER_ID].of_cluster;
    if (options->api != NULL || options->resource != NULL || options->scope_count > 0)
        return server == NULL || of_cluster ||
               error_set(error, ERROR_USAGE,
                         "--server-id says the same thing as --api, --resource and --scope, use "
                         "one");
    if (server == NULL && is_on(kubelogin, KUBELOGIN_LEGACY))
        server = CONFIG_AKS_SERVER;
    if (server == NULL)
        return true;
    if (of_cluster && !check_server_of_cluster(server, error))
        return false;
    if (strcasecmp(server, CONFIG_AKS_SERVER) == 0)
        options->api = "AKS"; /* so that what the configuration says of it holds */
    if (!make_scope(kubelogin, server, error))
        return false;
    options->scopes[options->scope_count++] = kubelogin->scope;
    return true;
}

/* ---- all of it ---- */

bool kubelogin_apply(struct kubelogin *kubelogin, struct options *options, struct error *error)
{
    const char *hint = text_of(kubelogin, KUBELOGIN_LOGIN_HINT);
    const struct kubelogin_value *client_id = &kubelogin->values[KUBELOGIN_CLIENT_ID];
    options->client_id = client_id->of_cluster ? NULL : client_id->text;
    if (client_id->of_cluster)
        options->fallback_client_id = client_id->text; /* an app asks as itself */
    options->without_azure_variables = is_on(kubelogin, KUBELOGIN_TERRAFORM);
    if (options->tenant == NULL)
        options->tenant = text_of(kubelogin, KUBELOGIN_TENANT_ID);
    if (kubelogin->is_called && options->account == NULL)
        options->account = hint != NULL ? hint : text_of(kubelogin, KUBELOGIN_USERNAME);
    return apply_cloud(kubelogin, options, error) && apply_server(kubelogin, options, error) &&
           (!kubelogin->is_called || apply_login(kubelogin, options, error));
}

static int count_of(char **line)
{
    int count = 0;
    while (line[count] != NULL)
        count++;
    return count;
}

bool kubelogin_check_line(char **line, const char *const *variables, struct error *error)
{
    auto_kubelogin struct kubelogin kubelogin = { .variables = variables };
    const struct kubelogin_value *login = &kubelogin.values[KUBELOGIN_LOGIN];
    struct options options = { 0 };
    int first = 0;
    int count = count_of(line);
    if (!options_parse(count, line, kubelogin_options(), &options, &first, error) ||
        !kubelogin_check_operands(count - first, line + first, error) ||
        !kubelogin_read(&kubelogin, &options, NULL, error))
        return false;
    return apply_cloud(&kubelogin, &options, error) && apply_server(&kubelogin, &options, error) &&
           (login->text == NULL || kubelogin_check_login(login->text, login->from, error));
}

void kubelogin_clear(struct kubelogin *kubelogin)
{
    free(kubelogin->scope);
    credential_clear(&kubelogin->credential);
    *kubelogin = (struct kubelogin){ 0 };
}
