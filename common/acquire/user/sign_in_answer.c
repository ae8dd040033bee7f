/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "common/acquire/user/sign_in_answer.h"

#include <string.h>
#include <strings.h>

#include "common/base/array.h"
#include "common/base/json.h"
#include "common/base/text.h"
#include "common/entra/jwt.h"

/* Keeps what can be kept: without a refresh token the person signs in again, that is all. */
static bool take_refresh_token(const json_object *answer, struct account *account,
                               struct error *error)
{
    const char *text = json_string(answer, "refresh_token");
    if (text == NULL || text[0] == '\0')
        return true;
    if (!account_is_refresh_token(text, strlen(text))) {
        trace("the refresh token cannot be kept: it is too long, or has other characters");
        return true;
    }
    account->refresh_token = secret_from_text(text);
    const char *family = json_string(answer, "foci"); /* MSAL: "family of client ids" */
    account->family = family != NULL && strcmp(family, "1") == 0;
    return account->refresh_token != NULL || error_no_memory(error);
}

static bool check_id_token(const json_object *claims, const char *client_id, const char *nonce,
                           struct error *error)
{
    const char *audience = json_string(claims, "aud");
    const char *echoed = json_string(claims, "nonce");
    if (audience == NULL || strcasecmp(audience, client_id) != 0)
        return error_unusable_answer(error, "its id_token is for another client");
    if (nonce != NULL && (echoed == NULL || strcmp(echoed, nonce) != 0))
        return error_unusable_answer(error, "its id_token is of another sign-in (nonce)");
    return true;
}

/* "uid.utid" of client_info (MSAL's HomeAccountId); else the id_token's oid and tid, which are the
 * same but for guests; else its sub (an AD FS). NULL where it does not say. */
static char *home_account_id_of(const json_object *client_info, const json_object *id_token)
{
    const char *object = json_string(client_info, "uid");
    const char *tenant = json_string(client_info, "utid");
    if (object == NULL || tenant == NULL || object[0] == '\0' || tenant[0] == '\0') {
        object = json_string(id_token, "oid");
        tenant = json_string(id_token, "tid");
    }
    if (object != NULL && tenant != NULL && object[0] != '\0' && tenant[0] != '\0')
        return text_format("%s.%s", object, tenant);
    return json_string(id_token, "sub") != NULL ? strdup(json_string(id_token, "sub")) : NULL;
}

/* For display, and for choosing by name; what cannot serve as one (CONTOSO\\ada) is passed over. */
static const char *username_of(const json_object *id_token)
{
    static const char *const claims[] = { "preferred_username", "upn", "unique_name", "email" };
    for (size_t i = 0; i < ARRAY_SIZE(claims); i++)
        if (json_string(id_token, claims[i]) != NULL &&
            account_is_username(json_string(id_token, claims[i])))
            return json_string(id_token, claims[i]);
    return NULL;
}

static bool take_account(const json_object *client_info, const json_object *id_token,
                         struct account *account, struct error *error)
{
    autofree char *id = home_account_id_of(client_info, id_token);
    const char *username = username_of(id_token);
    if (id == NULL)
        return true;
    return account_set(account, id, username != NULL ? username : id, error);
}

/* The claims of a part of the answer; NULL where it has none. */
static json_object *read_part(const json_object *answer, const char *key,
                              json_object *(*read)(const char *, size_t, struct error *),
                              struct error *error)
{
    struct error why = { 0 };
    const char *text = json_string(answer, key);
    json_object *claims = text != NULL ? read(text, strlen(text), &why) : NULL;
    if (text != NULL && claims == NULL)
        error_unusable_answer(error, "its %s: %s", key, why.message);
    return claims;
}

bool sign_in_answer_parse(const char *body, size_t length, const char *client_id, const char *nonce,
                          struct account *account, struct error *error)
{
    struct error why = { 0 };
    struct account read CLEANUP(account_clear) = { 0 };
    auto_json_secret json_object *answer = json_parse(body, length, &why);
    if (answer == NULL)
        return error_unusable_answer(error, "%s", why.message);
    auto_json json_object *id_token = read_part(answer, "id_token", jwt_claims, &why);
    auto_json json_object *client_info = read_part(answer, "client_info", jwt_part, &why);
    if (why.kind != ERROR_NONE) {
        *error = why;
        return false;
    }
    if (nonce != NULL && id_token == NULL)
        return error_unusable_answer(error, "it has no id_token");
    if (id_token != NULL && !check_id_token(id_token, client_id, nonce, error))
        return false;
    if (!take_account(client_info, id_token, &read, error) ||
        !take_refresh_token(answer, &read, error))
        return false;
    *account = account_steal(&read);
    return true;
}
