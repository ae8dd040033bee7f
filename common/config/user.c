/* SPDX-License-Identifier: MIT */
/* A person: by which client, tenant and account they ask. */
#define _GNU_SOURCE
#include <string.h>

#include "common/base/text.h"
#include "common/config/internal.h"
#include "common/entra/account.h"

/* Whatever tenant the person belongs to; no personal Microsoft accounts. */
#define TENANT_OF_ANYBODY "organizations"

/* Replaces a text that is owned. */
static bool set(char **text, const char *value, struct error *error)
{
    free(*text);
    *text = strdup(value);
    return *text != NULL || error_no_memory(error);
}

/* The flag, or a user name that a helper was told; else the API's. */
static bool fill_account(const struct config *config, const struct options *options,
                         const struct config_api *api, struct token_request *request,
                         struct error *error)
{
    const char *account = options->account;
    if (account == NULL)
        account = section_string(config, &api->section, "Account", error);
    if (account == NULL)
        return error->kind == ERROR_NONE;
    if (!account_is_username(account)) {
        error_set(error, ERROR_USAGE, "'%.100s' is not an account", account);
        return error_hint(error, "An account goes by its user name, such as ada@contoso.com.");
    }
    if (!set(&request->account, account, error))
        return false;
    text_lower(request->account);
    return true;
}

bool config_fill_user(const struct config *config, const struct options *options,
                      const struct config_api *api, bool silent, struct token_request *request,
                      struct error *error)
{
    for (size_t i = 0; i < request->credential_count; i++)
        credential_clear(&request->credentials[i]);
    request->credential_count = 0;
    request->sign_in = options->sign_in;
    if (silent) { /* AZURE_CLIENT_ID names a managed identity then */
        free(request->client_id);
        request->client_id = NULL;
        if (options->fallback_client_id != NULL &&
            !set(&request->client_id, options->fallback_client_id, error))
            return false;
    }
    if (request->tenant == NULL &&
        !set(&request->tenant,
             options->fallback_tenant != NULL ? options->fallback_tenant : TENANT_OF_ANYBODY,
             error))
        return false;
    return fill_account(config, options, api, request, error);
}

bool config_fill_public_client(const struct config_api *api, struct token_request *request,
                               struct error *error)
{
    if (!request->for_user || request->client_id != NULL)
        return true;
    const char *by_scope = config_public_client_of_scope(request->scope);
    return set(&request->client_id, by_scope != NULL ? by_scope : api->public_client, error);
}
