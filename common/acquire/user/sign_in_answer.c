/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "common/acquire/user/sign_in_answer.h"

#include <string.h>
#include <strings.h>

#include "common/base/array.h"
#include "common/base/json.h"
#include "common/base/text.h"
#include "common/entra/jwt.h"

/* An unusable refresh token is not an error: the user will only have to sign in again sooner. */
static void read_refresh_token(const json_object *answer, struct account *account)
{
    const char *text = json_string(answer, "refresh_token");
    if (text == NULL || text[0] == '\0')
        return;
    if (!account_is_refresh_token(text, strlen(text))) {
        trace("the refresh token is not kept: it is too long or contains invalid characters");
        return;
    }
    account->refresh_token = secret_from_text(text);
    const char *family = json_string(answer, "foci"); /* MSAL: "family of client ids" */
    account->family = family != NULL && strcmp(family, "1") == 0;
}

static bool check_id_token(const json_object *claims, const char *client_id, const char *nonce,
                           struct error *error)
{
    const char *audience = json_string(claims, "aud");
    const char *echoed = json_string(claims, "nonce");
    if (audience == NULL || strcasecmp(audience, client_id) != 0)
        return error_unusable_answer(error, "its id_token is for another client");
    if (nonce != NULL && (echoed == NULL || strcmp(echoed, nonce) != 0))
        return error_unusable_answer(error, "its id_token is for another sign-in (nonce)");
    return true;
}

/* Returns "uid.utid" from client_info (MSAL's HomeAccountId); or else "oid.tid" from the id_token,
 * which is the same except for guests; or else its sub (AD FS). Returns NULL if there is none. The
 * caller frees the result with free. */
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

/* Returns the first claim that is a valid user name, which is shown and used to choose an account.
 * CONTOSO\ada, for example, is not valid. Returns NULL if there is none. */
static const char *username_of(const json_object *id_token)
{
    static const char *const claims[] = { "preferred_username", "upn", "unique_name", "email" };
    for (size_t i = 0; i < ARRAY_SIZE(claims); i++)
        if (json_string(id_token, claims[i]) != NULL &&
            account_is_username(json_string(id_token, claims[i])))
            return json_string(id_token, claims[i]);
    return NULL;
}

static bool read_account(const json_object *client_info, const json_object *id_token,
                         struct account *account, struct error *error)
{
    autofree char *id = home_account_id_of(client_info, id_token);
    const char *username = username_of(id_token);
    if (id == NULL)
        return true;
    return account_set(account, id, username != NULL ? username : id, error);
}

/* Returns the claims in a member of the response, or NULL if it is missing or, with an error,
 * invalid. */
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
                          struct account *ret_account, struct error *error)
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
    if (!read_account(client_info, id_token, &read, error))
        return false;
    read_refresh_token(answer, &read);
    *ret_account = account_steal(&read);
    return true;
}
