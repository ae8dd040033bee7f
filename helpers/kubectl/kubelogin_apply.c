/* SPDX-License-Identifier: MIT */
/* Translates kubelogin's settings into struct options: the cloud, the server and the client. The
 * login methods are in kubelogin_logins.c. */
#define _GNU_SOURCE
#include <string.h>
#include <strings.h>

#include "common/base/array.h"
#include "common/base/text.h"
#include "common/config/config.h"
#include "common/entra/known_apps.h"
#include "helpers/kubectl/kubelogin.h"

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

/* Only names in the table are accepted, so a cluster cannot choose an arbitrary authority. If an
 * authority is given, the environment is ignored and may be unknown, as in kubelogin. */
static bool apply_cloud(struct kubelogin *kubelogin, struct error *error)
{
    struct options *options = &kubelogin->options;
    const char *name = kubelogin_text(kubelogin, KUBELOGIN_ENVIRONMENT);
    if (options->authority == NULL)
        options->authority = kubelogin_text(kubelogin, KUBELOGIN_AUTHORITY_HOST);
    if (name == NULL || options->authority != NULL)
        return true;
    for (size_t i = 0; i < ARRAY_SIZE(clouds); i++) {
        if (strcasecmp(name, clouds[i].name) != 0)
            continue;
        options->authority = clouds[i].authority;
        return true;
    }
    error_set(error, ERROR_USAGE, "%s: unknown cloud '%.40s'",
              kubelogin->values[KUBELOGIN_ENVIRONMENT].from, name);
    return error_hint(error, "Use AzurePublicCloud, AzureUSGovernmentCloud or AzureChinaCloud, or "
                             "give --authority.");
}

/* ---- the server ---- */

/* Microsoft's older APIs, dozens of them, have numbered GUIDs: Graph 00000003-0000-0000-c000-...,
 * Exchange 00000002-0000-0ff1-ce00-..., and so on. */
static bool is_numbered(const char *guid)
{
    return strncmp(guid, "000000", 6) == 0 && strncmp(guid + 8, "-0000-", 6) == 0;
}

/* The token is sent to the cluster that named the server. So the server must not be an app whose
 * tokens are worth more than access to a cluster: any of Microsoft's except the AKS server. */
static bool check_server_from_cluster(const char *server, struct error *error)
{
    bool is_known = known_app_find(server) != NULL && strcasecmp(server, KNOWN_APP_AKS) != 0;
    if (text_is_guid(server) && !is_numbered(server) && !is_known)
        return true;
    error_set(error, ERROR_USAGE,
              "spec.cluster.config.server-id '%.80s' in KUBERNETES_EXEC_INFO is not accepted from "
              "a cluster",
              server);
    return error_hint(error, "A cluster may only name the GUID of its own server application. Give "
                             "any other ID as --server-id in args.");
}

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
    return kubelogin->scope != NULL || error_no_memory(error);
}

static bool apply_server(struct kubelogin *kubelogin, struct error *error)
{
    struct options *options = &kubelogin->options;
    const char *server = kubelogin_text(kubelogin, KUBELOGIN_SERVER_ID);
    bool from_cluster = kubelogin->values[KUBELOGIN_SERVER_ID].from_cluster;
    if (options->api != NULL || options->resource != NULL || options->scope_count > 0)
        return server == NULL || from_cluster ||
               error_set(error, ERROR_USAGE,
                         "--server-id cannot be used together with --api, --resource or --scope");
    if (server == NULL && kubelogin_is_on(kubelogin, KUBELOGIN_LEGACY))
        server = KNOWN_APP_AKS;
    if (server == NULL)
        return true;
    if (from_cluster && !check_server_from_cluster(server, error))
        return false;
    if (strcasecmp(server, KNOWN_APP_AKS) == 0)
        options->api = "AKS"; /* so that its section of the configuration applies */
    if (!make_scope(kubelogin, server, error))
        return false;
    options->scopes[options->scope_count++] = kubelogin->scope;
    return true;
}

/* ---- all of it ---- */

bool kubelogin_apply(struct kubelogin *kubelogin, const struct options *given, struct error *error)
{
    struct options *options = &kubelogin->options;
    const char *hint = kubelogin_text(kubelogin, KUBELOGIN_LOGIN_HINT);
    const struct kubelogin_value *client_id = &kubelogin->values[KUBELOGIN_CLIENT_ID];
    *options = *given;
    kubelogin->context = (struct config_context){
        /* Not for an app, which has an ID of its own. */
        .client_id = client_id->from_cluster ? client_id->text : NULL,
        .without_azure_variables = kubelogin_is_on(kubelogin, KUBELOGIN_TERRAFORM),
    };
    options->client_id = client_id->from_cluster ? NULL : client_id->text;
    if (options->tenant == NULL)
        options->tenant = kubelogin_text(kubelogin, KUBELOGIN_TENANT_ID);
    if (kubelogin->is_called && options->account == NULL)
        options->account = hint != NULL ? hint : kubelogin_text(kubelogin, KUBELOGIN_USERNAME);
    return apply_cloud(kubelogin, error) && apply_server(kubelogin, error) &&
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
    if (!options_parse(count, line, kubelogin_options(), options, &first, error) ||
        !kubelogin_check_operands(count - first, line + first, error) ||
        !kubelogin_read(&kubelogin, options, NULL, error))
        return false;
    return apply_cloud(&kubelogin, error) && apply_server(&kubelogin, error) &&
           (login->text == NULL || kubelogin_check_login(login->text, login->from, error));
}

void kubelogin_clear(struct kubelogin *kubelogin)
{
    free(kubelogin->scope);
    credential_clear(&kubelogin->credential);
    *kubelogin = (struct kubelogin){ 0 };
}
