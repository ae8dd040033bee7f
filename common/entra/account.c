/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "common/entra/account.h"

#include <string.h>

#include "common/base/json.h"
#include "common/base/printable.h"
#include "common/base/text.h"

bool account_is_username(const char *text)
{
    size_t length = strlen(text);
    return length > 0 && length <= USERNAME_MAX && strpbrk(text, " \"\\*") == NULL &&
           printable_is(text);
}

bool account_is_home_account_id(const char *text)
{
    size_t length = strlen(text);
    return length > 0 && length <= HOME_ACCOUNT_MAX &&
           strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.+/=") ==
               length;
}

const char *account_home_tenant(const char *home_account_id)
{
    const char *dot = strrchr(home_account_id, '.');
    return dot != NULL && text_is_guid(dot + 1) ? dot + 1 : NULL;
}

bool account_is_refresh_token(const char *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (bytes[i] <= ' ' || bytes[i] > '~' || bytes[i] == '"' || bytes[i] == '\\')
            return false;
    return length > 0 && length <= REFRESH_TOKEN_MAX;
}

bool account_set(struct account *account, const char *home_account_id, const char *username,
                 struct error *error)
{
    if (!account_is_home_account_id(home_account_id) || !account_is_username(username))
        return error_unusable_answer(error, "it does not identify the user");
    free(account->home_account_id);
    free(account->username);
    account->home_account_id = strdup(home_account_id);
    account->username = strdup(username);
    text_lower(account->username);
    return true;
}

struct secret *account_to_json(const struct account *account)
{
    /* Not json-c, which would leave a copy of the text in memory. None of the three values needs
     * escaping. */
    return secret_format("{\"home_account_id\":\"%s\",\"username\":\"%s\"%s%s%s}",
                         account->home_account_id, account->username,
                         account->refresh_token != NULL ? ",\"refresh_token\":\"" : "",
                         account->refresh_token != NULL ? account->refresh_token->bytes : "",
                         account->refresh_token != NULL ? "\"" : "");
}

bool account_from_json(const char *text, size_t length, struct account *ret_account,
                       struct error *error)
{
    struct error why = { 0 };
    auto_json_secret json_object *record = json_parse(text, length, &why);
    if (record == NULL || !json_object_is_type(record, json_type_object))
        return error_set(error, ERROR_OTHER, "not the record of an account");

    auto_account struct account read = { 0 };
    const char *home_account_id = json_string(record, "home_account_id");
    const char *username = json_string(record, "username");
    const char *refresh_token = json_string(record, "refresh_token");
    if (home_account_id == NULL || username == NULL ||
        !account_set(&read, home_account_id, username, &why) ||
        (refresh_token != NULL && !account_is_refresh_token(refresh_token, strlen(refresh_token))))
        return error_set(error, ERROR_OTHER, "not the record of an account");
    read.refresh_token = secret_from_text(refresh_token);
    *ret_account = account_steal(&read);
    return true;
}

void account_clear(struct account *account)
{
    secret_free(account->refresh_token);
    free(account->home_account_id);
    free(account->username);
    *account = (struct account){ 0 };
}
