/* SPDX-License-Identifier: MIT */
/* What kubelogin's settings mean here: its clouds and servers, written into struct options. The
 * logins are in kubelogin_logins.c. */
#define _GNU_SOURCE
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "common/base/array.h"
#include "common/base/text.h"
#include "common/config/config.h"
#include "common/entra/known_apps.h"
#include "helpers/kubectl/kubelogin.h"

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
    error_set(error, ERROR_USAGE, "%s: there is no cloud '%.40s'",
              kubelogin->values[KUBELOGIN_ENVIRONMENT].from, name);
    return error_hint(error, "It is AzurePublicCloud, AzureUSGovernmentCloud or AzureChinaCloud; "
                             "any other has an --authority.");
}

/* ---- the server ---- */

/* The elder of Microsoft's have numbers in place of random GUIDs: Graph
 * 00000003-0000-0000-c000-..., Exchange 00000002-0000-0ff1-ce00-..., and so on for dozens. */
static bool is_numbered(const char *guid)
{
    return strncmp(guid, "000000", 6) == 0 && strncmp(guid + 8, "-0000-", 6) == 0;
}

/* The token goes to the very cluster that names the server, so the server must not be an app whose
 * tokens open more than a cluster: any of Microsoft's but the AKS server. */
static bool check_server_of_cluster(const char *server, struct error *error)
{
    bool is_known = known_app_find(server) != NULL && strcasecmp(server, KNOWN_APP_AKS) != 0;
    if (text_is_guid(server) && !is_numbered(server) && !is_known)
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
    bool legacy = kubelogin_is_on(kubelogin, KUBELOGIN_LEGACY) && strncmp(server, "spn:", 4) != 0;
    if (asprintf(&kubelogin->scope, "%s%.*s%s", legacy ? "spn:" : "", (int)length, server,
                 ends_in(server, length, "/.default") ? "" : "/.default") >= 0)
        return true;
    kubelogin->scope = NULL;
    return error_no_memory(error);
}

static bool apply_server(struct kubelogin *kubelogin, struct options *options, struct error *error)
{
    const char *server = kubelogin_text(kubelogin, KUBELOGIN_SERVER_ID);
    bool of_cluster = kubelogin->values[KUBELOGIN_SERVER_ID].of_cluster;
    if (options->api != NULL || options->resource != NULL || options->scope_count > 0)
        return server == NULL || of_cluster ||
               error_set(error, ERROR_USAGE,
                         "--server-id says the same thing as --api, --resource and --scope, use "
                         "one");
    if (server == NULL && kubelogin_is_on(kubelogin, KUBELOGIN_LEGACY))
        server = KNOWN_APP_AKS;
    if (server == NULL)
        return true;
    if (of_cluster && !check_server_of_cluster(server, error))
        return false;
    if (strcasecmp(server, KNOWN_APP_AKS) == 0)
        options->api = "AKS"; /* so that what the configuration says of it holds */
    if (!make_scope(kubelogin, server, error))
        return false;
    options->scopes[options->scope_count++] = kubelogin->scope;
    return true;
}

/* ---- all of it ---- */

bool kubelogin_apply(struct kubelogin *kubelogin, struct options *options, struct error *error)
{
    const char *hint = kubelogin_text(kubelogin, KUBELOGIN_LOGIN_HINT);
    const struct kubelogin_value *client_id = &kubelogin->values[KUBELOGIN_CLIENT_ID];
    options->client_id = client_id->of_cluster ? NULL : client_id->text;
    if (client_id->of_cluster)
        options->fallback_client_id = client_id->text; /* an app asks as itself */
    options->without_azure_variables = kubelogin_is_on(kubelogin, KUBELOGIN_TERRAFORM);
    if (options->tenant == NULL)
        options->tenant = kubelogin_text(kubelogin, KUBELOGIN_TENANT_ID);
    if (kubelogin->is_called && options->account == NULL)
        options->account = hint != NULL ? hint : kubelogin_text(kubelogin, KUBELOGIN_USERNAME);
    return apply_cloud(kubelogin, options, error) && apply_server(kubelogin, options, error) &&
           (!kubelogin->is_called || kubelogin_apply_login(kubelogin, options, error));
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
