/* SPDX-License-Identifier: MIT */
#include "common/entra/request.h"

void credential_clear(struct credential *credential)
{
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

void token_request_clear(struct token_request *request)
{
    free(request->api);
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
    if (request->or_user != NULL)
        token_request_clear(request->or_user);
    free(request->or_user);
    *request = (struct token_request){ 0 };
}

void token_request_forget_account(struct token_request *request)
{
    free(steal(&request->home_account_id));
    free(steal(&request->username));
}

void token_request_become_user(struct token_request *request)
{
    struct token_request *person = steal(&request->or_user);
    token_request_clear(request);
    *request = *person;
    free(person);
}
