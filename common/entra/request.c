/* SPDX-License-Identifier: MIT */
#include "common/entra/request.h"

#include "common/base/text.h"

void credential_clear(struct credential *credential)
{
    if (credential->borrowed) {
        *credential = (struct credential){ 0 };
        return;
    }
    free(credential->where);
    free(credential->path);
    free(credential->key_path);
    secret_free(credential->secret);
    secret_free(credential->password);
    for (char **word = credential->command; word != NULL && *word != NULL; word++)
        free(*word);
    free(credential->command);
    free(credential->id);
    free(credential->audience);
    free(credential->trouble);
    *credential = (struct credential){ 0 };
}

void token_candidates_set_host(struct token_candidates *candidates, const char *host,
                               const char *path)
{
    for (size_t i = 0; i < candidates->count; i++) {
        free(candidates->items[i].host);
        candidates->items[i].host =
            text_format("%s%s%s", host, path != NULL ? "/" : "", path != NULL ? path : "");
    }
}

void token_request_clear(struct token_request *request)
{
    free(request->api);
    free(request->host);
    free(request->instance);
    free(request->tenant);
    free(request->client_id);
    free(request->scope);
    free(request->claims);
    free(request->account);
    free(request->home_account_id);
    free(request->username);
    for (size_t i = 0; i < request->credential_count; i++)
        credential_clear(&request->credentials[i]);
    *request = (struct token_request){ 0 };
}

void token_candidates_clear(struct token_candidates *candidates)
{
    for (size_t i = 0; i < candidates->count; i++)
        token_request_clear(&candidates->items[i]);
    candidates->count = 0;
}
