/* SPDX-License-Identifier: MIT */
/* Translates kubelogin's settings into struct options, and those of the cluster into struct
 * config_cluster: the cloud, the server and the client. The login methods are in
 * kubelogin_logins.c. */
#define _GNU_SOURCE
#include <string.h>
#include <strings.h>

#include "common/base/array.h"
#include "common/base/text.h"
#include "common/config/config.h"
#include "common/entra/known_apps.h"
#include "helpers/kubectl/kubelogin_settings.h"
#include "helpers/kubectl/pop_claims.h"

/* ---- the cloud ---- */

/* The environment names that kubelogin knows, in any case. The authority of its default is NULL, so
 * that the configuration decides. */
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

/* Sets *authority to that of the environment's name, NULL for the default one. */
static bool find_cloud(const struct kubelogin_value *environment, const char **authority,
                       struct error *error)
{
    for (size_t i = 0; i < ARRAY_SIZE(clouds); i++) {
        if (strcasecmp(environment->text, clouds[i].name) != 0)
            continue;
        *authority = clouds[i].authority;
        return true;
    }
    error_set(error, ERROR_USAGE, "%s: unknown cloud '%.40s'", environment->from,
              environment->text);
    return error_hint(error, "Use AzurePublicCloud, AzureUSGovernmentCloud or AzureChinaCloud, or "
                             "give --authority.");
}

/* Where a setting that is one of our options too comes from, for messages. */
static const char *place_of(const struct kubelogin_value *value, const char *flag)
{
    return value->from != NULL && strncmp(value->from, "--", 2) != 0 ? value->from : flag;
}

/* If an authority is given, the environment is ignored and may be unknown, as in kubelogin. */
static bool apply_cloud(struct kubelogin *kubelogin, struct error *error)
{
    struct options *options = &kubelogin->options;
    const struct kubelogin_value *environment = &kubelogin->values[KUBELOGIN_ENVIRONMENT];
    if (options->authority == NULL) {
        options->authority = kubelogin_text(kubelogin, KUBELOGIN_AUTHORITY_HOST);
        kubelogin->context.authority_from = place_of(&kubelogin->values[KUBELOGIN_AUTHORITY_HOST],
                                                     "--authority-host in the kubeconfig");
    }
    if (environment->text == NULL || options->authority != NULL)
        return true;
    kubelogin->context.authority_from = place_of(environment, "--environment in the kubeconfig");
    return find_cloud(environment,
                      environment->from_cluster ? &kubelogin->context.cluster.instance
                                                : &options->authority,
                      error);
}

/* ---- the server ---- */

static bool ends_in(const char *text, size_t length, const char *end)
{
    size_t tail = strlen(end);
    return length >= tail && memcmp(text + length - tail, end, tail) == 0;
}

/* Makes the scope as kubelogin does: trailing slashes removed, /.default appended, and with
 * --legacy the prefix spn:, which clusters of the legacy (v1) integration expect in the audience.
 */
static bool make_scope(struct kubelogin *kubelogin, const char *server, struct error *error)
{
    size_t length = strlen(server);
    while (length > 0 && server[length - 1] == '/')
        length--;
    if (length == 0)
        return error_set(error, ERROR_USAGE, "%s: '%.40s' is not a server application ID",
                         kubelogin->values[KUBELOGIN_SERVER_ID].from, server);
    bool legacy = kubelogin_is_on(kubelogin, KUBELOGIN_LEGACY) && strncmp(server, "spn:", 4) != 0;
    kubelogin->scope = text_format("%s%.*s%s", legacy ? "spn:" : "", (int)length, server,
                                   ends_in(server, length, "/.default") ? "" : "/.default");
    return true;
}

static bool names_api(const struct options *options)
{
    return options->api != NULL || options->resource != NULL || options->scope_count > 0;
}

/* The scope of --legacy is no configured API's. */
static bool apply_server_of_cluster(struct kubelogin *kubelogin, const char *server,
                                    struct error *error)
{
    struct config_cluster *cluster = &kubelogin->context.cluster;
    if (names_api(&kubelogin->options))
        return true;
    if (!make_scope(kubelogin, server, error))
        return false;
    cluster->server_id = server;
    cluster->scope = kubelogin_is_on(kubelogin, KUBELOGIN_LEGACY) ? kubelogin->scope : NULL;
    return true;
}

static bool apply_server(struct kubelogin *kubelogin, struct error *error)
{
    struct options *options = &kubelogin->options;
    const char *server = kubelogin_text(kubelogin, KUBELOGIN_SERVER_ID);
    if (kubelogin->values[KUBELOGIN_SERVER_ID].from_cluster)
        return apply_server_of_cluster(kubelogin, server, error);
    if (names_api(options))
        return server == NULL ||
               error_set(error, ERROR_USAGE,
                         "--server-id cannot be used together with --api, --resource or --scope");
    if (server == NULL && kubelogin_is_on(kubelogin, KUBELOGIN_LEGACY))
        server = KNOWN_APP_AKS;
    if (server == NULL)
        return true;
    if (strcasecmp(server, KNOWN_APP_AKS) == 0)
        options->api = "AKS"; /* so that its section of the configuration applies */
    if (!make_scope(kubelogin, server, error))
        return false;
    options->scopes[options->scope_count++] = kubelogin->scope;
    return true;
}

/* ---- the proof of possession ---- */

/* As in kubelogin, neither option means anything without the other. */
static bool apply_pop(struct kubelogin *kubelogin, struct error *error)
{
    const char *claims = kubelogin_text(kubelogin, KUBELOGIN_POP_CLAIMS);
    bool is_on = kubelogin_is_on(kubelogin, KUBELOGIN_POP);
    if (is_on && claims == NULL)
        return error_set(error, ERROR_USAGE,
                         "--pop-enabled needs --pop-claims, which says for which cluster");
    if (!is_on && claims != NULL)
        return error_set(error, ERROR_USAGE, "--pop-claims means nothing without --pop-enabled");
    return !is_on || pop_claims_parse(claims, &kubelogin->pop_host, error);
}

/* ---- all of it ---- */

/* az writes kubelogin's own public client into every kubeconfig, so it is nobody's choice. */
static void use_client_id(struct kubelogin *kubelogin, const char *client_id, const char *from)
{
    bool is_usual = client_id != NULL && strcasecmp(client_id, KNOWN_APP_KUBELOGIN) == 0;
    kubelogin->options.client_id = is_usual ? NULL : client_id;
    kubelogin->context.client_id_from = from;
    kubelogin->context.public_client = is_usual;
}

static void apply_client_id(struct kubelogin *kubelogin)
{
    const struct kubelogin_value *client_id = &kubelogin->values[KUBELOGIN_CLIENT_ID];
    use_client_id(kubelogin, client_id->from_cluster ? NULL : client_id->text, client_id->from);
    if (client_id->from_cluster)
        kubelogin->context.cluster.client_id = client_id->text;
}

bool kubelogin_drop_client_of_variable(struct kubelogin *kubelogin)
{
    const struct kubelogin_value *client_id = &kubelogin->values[KUBELOGIN_CLIENT_ID];
    const char *flag = kubelogin_flag_value(kubelogin->given, KUBELOGIN_CLIENT_ID);
    kubelogin->context.without_client_variable = true;
    if (client_id->from_cluster || client_id->text == flag)
        return false;
    trace("%s is not used: it names an app, and a user signs in", client_id->from);
    use_client_id(kubelogin, flag, NULL);
    kubelogin->context.for_user = true;
    return true;
}

bool kubelogin_apply(struct kubelogin *kubelogin, const struct options *given, struct error *error)
{
    struct options *options = &kubelogin->options;
    const char *hint = kubelogin_text(kubelogin, KUBELOGIN_LOGIN_HINT);
    const struct kubelogin_value *tenant = &kubelogin->values[KUBELOGIN_TENANT_ID];
    *options = *given;
    kubelogin->given = given;
    kubelogin->context = (struct config_context){
        .given = given,
        .without_azure_variables = kubelogin_is_on(kubelogin, KUBELOGIN_TERRAFORM),
        .device_code = kubelogin->is_called ? "use --login devicecode" : NULL,
    };
    struct config_cluster *cluster = &kubelogin->context.cluster;
    apply_client_id(kubelogin);
    if (tenant->from_cluster) {
        cluster->tenant = tenant->text;
    } else if (options->tenant == NULL) {
        options->tenant = tenant->text;
        kubelogin->context.tenant_from = place_of(tenant, "--tenant-id in the kubeconfig");
    }
    if (kubelogin->is_called && options->account == NULL)
        options->account = hint != NULL ? hint : kubelogin_text(kubelogin, KUBELOGIN_USERNAME);
    return apply_cloud(kubelogin, error) && apply_server(kubelogin, error) &&
           apply_pop(kubelogin, error) &&
           (!kubelogin->is_called || kubelogin_apply_login(kubelogin, error));
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
    struct options *options = &kubelogin.options;
    int first = 0;
    int count = count_of(line);
    const struct option_set set = { .program = "exec-credential-entra",
                                    .own = kubelogin_options(),
                                    .common = OPTIONS_ALL };
    if (!options_parse(count, line, &set, options, &first, error) ||
        !kubelogin_check_operands(count - first, line + first, error))
        return false;
    kubelogin.has_word = count > first;
    if (!kubelogin_read(&kubelogin, options, NULL, error))
        return false;
    return apply_cloud(&kubelogin, error) && apply_server(&kubelogin, error) &&
           apply_pop(&kubelogin, error) &&
           (login->text == NULL || kubelogin_check_login(login->text, login->from, error));
}

void kubelogin_clear(struct kubelogin *kubelogin)
{
    free(kubelogin->scope);
    free(kubelogin->account_folder);
    free(kubelogin->user_because);
    free(kubelogin->pop_host);
    credential_clear(&kubelogin->credential);
    *kubelogin = (struct kubelogin){ 0 };
}
