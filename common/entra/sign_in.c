#define _GNU_SOURCE
#include "common/entra/sign_in.h"

#include <string.h>

#include "common/base/json.h"
#include "common/base/printable.h"
#include "common/base/text.h"

bool sign_in_is_username(const char *text)
{
    char shown[ACCOUNT_LENGTH_MAX + 1];
    size_t length = strlen(text);
    if (length == 0 || length > ACCOUNT_LENGTH_MAX || strpbrk(text, " \"\\*") != NULL)
        return false;
    memcpy(shown, text, length + 1);
    printable_make(shown);
    return strcmp(shown, text) == 0;
}

bool sign_in_is_home_account_id(const char *text)
{
    size_t length = strlen(text);
    return length > 0 && length <= HOME_ACCOUNT_MAX &&
           strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.+/=") ==
               length;
}

bool sign_in_is_refresh_token(const char *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (bytes[i] <= ' ' || bytes[i] > '~' || bytes[i] == '"' || bytes[i] == '\\')
            return false;
    return length > 0 && length <= REFRESH_TOKEN_MAX;
}

bool sign_in_set_account(struct sign_in *sign_in, const char *home_account_id, const char *username,
                         struct error *error)
{
    if (!sign_in_is_home_account_id(home_account_id) || !sign_in_is_username(username))
        return error_unusable_answer(error, "it does not say whose token it is");
    free(sign_in->home_account_id);
    free(sign_in->username);
    sign_in->home_account_id = strdup(home_account_id);
    sign_in->username = strdup(username);
    if (sign_in->home_account_id == NULL || sign_in->username == NULL)
        return error_no_memory(error);
    text_lower(sign_in->username);
    return true;
}

struct secret *sign_in_to_json(const struct sign_in *sign_in)
{
    /* json-c would leave a copy of the text behind; none of the three needs escaping. */
    return secret_format("{\"home_account_id\":\"%s\",\"username\":\"%s\"%s%s%s}",
                         sign_in->home_account_id, sign_in->username,
                         sign_in->refresh_token != NULL ? ",\"refresh_token\":\"" : "",
                         sign_in->refresh_token != NULL ? sign_in->refresh_token->bytes : "",
                         sign_in->refresh_token != NULL ? "\"" : "");
}

bool sign_in_from_json(const char *text, size_t length, struct sign_in *sign_in,
                       struct error *error)
{
    struct error why = { 0 };
    auto_json_secret json_object *record = json_parse(text, length, &why);
    if (record == NULL || !json_object_is_type(record, json_type_object))
        return error_set(error, ERROR_OTHER, "not the record of a sign-in");

    auto_sign_in struct sign_in read = { 0 };
    const char *home_account_id = json_string(record, "home_account_id");
    const char *username = json_string(record, "username");
    const char *refresh_token = json_string(record, "refresh_token");
    if (home_account_id == NULL || username == NULL ||
        !sign_in_set_account(&read, home_account_id, username, &why) ||
        (refresh_token != NULL && !sign_in_is_refresh_token(refresh_token, strlen(refresh_token))))
        return error_set(error, ERROR_OTHER, "not the record of a sign-in");
    if (refresh_token != NULL) {
        read.refresh_token = secret_from_text(refresh_token);
        if (read.refresh_token == NULL)
            return error_no_memory(error);
    }
    *sign_in = sign_in_take(&read);
    return true;
}

void sign_in_clear(struct sign_in *sign_in)
{
    secret_free(sign_in->refresh_token);
    free(sign_in->home_account_id);
    free(sign_in->username);
    *sign_in = (struct sign_in){ 0 };
}
