/* SPDX-License-Identifier: MIT */
/* Requests for a user's token: client, tenant and account. */
#define _GNU_SOURCE
#include <string.h>

#include "common/base/text.h"
#include "common/config/internal.h"
#include "common/entra/account.h"
#include "common/entra/known_apps.h"

/* The public client that asks for everything, so that one sign-in serves git, kubectl and curl: it
 * is of Microsoft's family, and documented for Azure DevOps ("az account get-access-token"), for
 * AKS (kubelogin's login azurecli) and for Azure's APIs. */
#define PUBLIC_CLIENT KNOWN_APP_AZURE_CLI

/* Whatever tenant the user belongs to; not for personal Microsoft accounts. */
#define TENANT_OF_ANY_USER "organizations"

/* Replaces a text that is owned. */
static void replace(char **text, const char *value)
{
    free(*text);
    *text = strdup(value);
}

/* The user name of --account, of the context or of the API, in this order. */
static bool fill_account(const struct config *config, const struct config_api *api,
                         struct token_request *request, struct error *error)
{
    const char *account = config->options->account;
    if (account == NULL)
        account = config->context->account;
    if (account == NULL)
        account = section_string(config, &api->section, "Account", error);
    if (account == NULL) {
        request->account_folder = config->context->account_folder;
        return error->kind == ERROR_NONE;
    }
    if (!account_is_username(account)) {
        error_set(error, ERROR_USAGE, "'%.100s' is not an account", account);
        return error_hint(error, "Give an account by its user name, such as ada@contoso.com.");
    }
    replace(&request->account, account);
    text_lower(request->account);
    return true;
}

/* AZURE_CLIENT_ID names an app or, if nothing is configured, a managed identity: no user's client.
 */
static bool is_by_variable(const struct token_request *request)
{
    return request->client_id_from != NULL &&
           strcmp(request->client_id_from, "AZURE_CLIENT_ID") == 0;
}

bool config_fill_user(const struct config *config, const struct config_api *api, bool unconfigured,
                      struct token_request *request, struct error *error)
{
    bool is_app = request->credential_count > 0;
    request->user_because = config_user_because(config, api, request);
    request->job_remedy = config->context->job_remedy;
    for (size_t i = 0; i < request->credential_count; i++)
        credential_clear(&request->credentials[i]);
    request->credential_count = 0;
    request->for_user = true;
    request->sign_in = config->context->sign_in;
    request->redirect_port = config->context->redirect_port;
    request->device_code = config->context->device_code;
    if (unconfigured || (config->context->public_client && (is_app || is_by_variable(request)))) {
        request->client_overridden = !unconfigured && request->client_id != NULL;
        free(steal(&request->client_id));
    }
    if (!config_check_client_of_cluster(config, request, error) ||
        !config_fill_from_cluster(config, request, error) ||
        !config_learn_tenant(config, request, error))
        return false;
    if (request->tenant == NULL)
        replace(&request->tenant, TENANT_OF_ANY_USER);
    return fill_account(config, api, request, error);
}

/* A kubeconfig's public client, which is nobody's choice, may have a sign-in from before, or be
 * known where the configured one is not: it asks if that one cannot. */
void config_fill_public_client(const struct config *config, const struct config_api *api,
                               struct token_request *request)
{
    if (!request->for_user || (request->client_id != NULL && !config->context->public_client))
        return;
    const char *by_scope = config_second_client_of_scope(request->scope);
    if (request->client_id == NULL) {
        replace(&request->client_id, PUBLIC_CLIENT);
        free(steal(&request->client_id_from));
    }
    request->second_client = by_scope != NULL ? by_scope : api->second_client;
}
