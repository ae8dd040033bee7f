/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "common/acquire/broker/broker_answer.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "common/acquire/broker/broker_check.h"
#include "common/acquire/broker/broker_failure.h"
#include "common/base/array.h"
#include "common/base/printable.h"
#include "common/base/text.h"
#include "common/entra/jwt.h"

/* The longest life of a token of Entra's (28 hours), and a little for the clocks. */
#define LIFE_MAX (30 * 3600)

/* accessTokenType. Himmelblau's says 0 of a bound token too. */
#define TYPE_BEARER 0
#define TYPE_BOUND  1

static enum broker_end unusable(struct error *error, const char *what)
{
    broker_failure_unusable(error, "%s", what);
    return BROKER_UNUSABLE;
}

static enum broker_end refuse_user(struct error *error)
{
    error_set(error, ERROR_REFUSED,
              "the device's identity broker answered with a token that was not asked for: it is "
              "another user's");
    error_known_as(error, "broker_other_token");
    return BROKER_UNUSABLE;
}

/* ---- whose it is ---- */

/* "uid.utid" of client_info, or "oid.tid" of the id_token, which is the same except for guests. The
 * caller frees it; NULL: there is none. */
static char *id_of(const json_object *claims, const char *object_name, const char *tenant_name)
{
    const char *object = json_string(claims, object_name);
    const char *tenant = json_string(claims, tenant_name);
    return object != NULL && tenant != NULL ? text_format("%s.%s", object, tenant) : NULL;
}

static json_object *read_part(const json_object *response, const char *name,
                              json_object *(*read)(const char *, size_t, struct error *))
{
    struct error unused = { 0 };
    const char *text = json_string(response, name);
    return text != NULL ? read(text, strlen(text), &unused) : NULL;
}

static const char *username_of(const json_object *id_token)
{
    static const char *const claims[] = { "preferred_username", "upn", "unique_name" };
    for (size_t i = 0; i < ARRAY_SIZE(claims); i++) {
        const char *name = json_string(id_token, claims[i]);
        if (name != NULL && account_is_username(name))
            return name;
    }
    return NULL;
}

/* Whether an idToken of the account's home tenant is another user's. A guest has another object
 * elsewhere. */
static bool is_of_other(const json_object *id_token, const char *by_token, const char *id)
{
    const char *tenant = json_string(id_token, "tid"), *home = account_home_tenant(id);
    return by_token != NULL && tenant != NULL && home != NULL && strcasecmp(tenant, home) == 0 &&
           strcasecmp(by_token, id) != 0;
}

/* Where the answer says whose token it is, that must be the account of the job. */
static enum broker_end read_account(const json_object *response, const struct broker_job *job,
                                    struct account *account, struct error *error)
{
    json_object *sent = json_object_object_get(response, "account");
    auto_json json_object *client_info = read_part(response, "clientInfo", jwt_part);
    auto_json json_object *id_token = read_part(response, "idToken", jwt_claims);
    const char *audience = json_string(id_token, "aud");
    autofree char *by_client = id_of(client_info, "uid", "utid");
    autofree char *by_token = id_of(id_token, "oid", "tid");
    const char *by_account = json_string(sent, "homeAccountId");
    const char *name = username_of(id_token);
    if (audience != NULL && strcasecmp(audience, job->client.id) != 0)
        return unusable(error, "its idToken is for another client");
    const char *id = by_account != NULL ? by_account : by_client;
    if (by_account != NULL && by_client != NULL && strcasecmp(by_account, by_client) != 0)
        return refuse_user(error);
    if (job->account != NULL && id != NULL && strcasecmp(id, job->account->home_account_id) != 0)
        return refuse_user(error);
    if (job->account != NULL) {
        id = job->account->home_account_id;
        name = job->account->username;
    } else if (json_string(sent, "username") != NULL) {
        name = json_string(sent, "username");
    }
    if (id == NULL)
        id = by_token;
    if (id == NULL)
        return unusable(error, "it does not say whose token it is");
    if (is_of_other(id_token, by_token, id))
        return refuse_user(error);
    if (job->wanted->request->home_account_id != NULL) { /* spelled as we have it */
        if (strcasecmp(id, job->wanted->request->home_account_id) != 0)
            return refuse_user(error);
        id = job->wanted->request->home_account_id;
    }
    return account_set(account, id, name != NULL ? name : id, error) ? BROKER_DONE
                                                                     : BROKER_UNUSABLE;
}

/* ---- until when ---- */

/* The token itself knows best. Else it is whichever of both units makes sense. */
static int64_t read_end(const json_object *response, int64_t by_token, int64_t now)
{
    int64_t sent = 0;
    if (by_token > 0)
        return by_token > now && by_token <= now + TOKEN_LIFE_MAX ? by_token : 0;
    if (!json_int64(response, "expiresOn", &sent) || sent <= 0)
        return 0;
    const int64_t ends[] = { sent / 1000, sent };
    for (size_t i = 0; i < ARRAY_SIZE(ends); i++)
        if (ends[i] > now && ends[i] <= now + LIFE_MAX)
            return ends[i];
    return 0;
}

/* ---- the token ---- */

static bool has_type(const json_object *response, bool is_bound)
{
    int64_t type = TYPE_BEARER;
    json_int64(response, "accessTokenType", &type);
    return type == TYPE_BEARER || (type == TYPE_BOUND && is_bound);
}

static enum broker_end read_token(const json_object *response, const struct broker_job *job,
                                  int64_t now, struct token *token, struct account *account,
                                  struct error *error)
{
    const struct token_request *request = job->wanted->request;
    const char *text = json_string(response, "accessToken");
    int64_t by_token = 0;
    if (text == NULL || text[0] == '\0')
        return unusable(error, "it has no accessToken");
    if (!token_is_valid_text(text, strlen(text)))
        return unusable(error, "its accessToken is too long or contains invalid characters");
    if (!has_type(response, request->pop_key.id[0] != '\0'))
        return unusable(error, "its accessTokenType is another one");
    enum broker_end end = read_account(response, job, account, error);
    if (end != BROKER_DONE)
        return end;
    if (!broker_check_token(text, job, account->home_account_id, &by_token, error))
        return BROKER_UNUSABLE;
    *token = (struct token){ .source = TOKEN_FROM_AUTHORITY,
                             .received_on = now,
                             .expires_on = read_end(response, by_token, now) };
    if (token->expires_on == 0)
        return unusable(error, "its token has expired, or its lifetime is not plausible");
    if (request->pop_key.id[0] != '\0')
        memcpy(token->key_id, request->pop_key.id, sizeof token->key_id);
    token->access_token = secret_from_text(text);
    return BROKER_DONE;
}

enum broker_end broker_answer_token(const char *text, size_t length, const struct broker_job *job,
                                    int64_t now, struct token *ret_token,
                                    struct account *ret_account, struct error *error)
{
    struct token token = { 0 };
    auto_account struct account account = { 0 };
    auto_json_secret json_object *answer = NULL;
    enum broker_end end = broker_failure_parse(text, length, &answer, error);
    if (end != BROKER_DONE)
        return end;
    json_object *response = json_object_object_get(answer, "brokerTokenResponse");
    if (!json_object_is_type(response, json_type_object))
        return unusable(error, "it has no brokerTokenResponse");
    end = read_token(response, job, now, &token, &account, error);
    if (end != BROKER_DONE)
        return end;
    *ret_token = token;
    *ret_account = account_steal(&account);
    return BROKER_DONE;
}

enum broker_end broker_answer_version(const char *text, size_t length,
                                      char (*ret_version)[BROKER_VERSION_MAX + 1],
                                      struct error *error)
{
    auto_json json_object *answer = NULL;
    enum broker_end end = broker_failure_parse(text, length, &answer, error);
    (*ret_version)[0] = '\0';
    if (end != BROKER_DONE)
        return end;
    const char *version = json_string(answer, "linuxBrokerVersion");
    if (version != NULL && strlen(version) <= BROKER_VERSION_MAX && printable_is(version))
        snprintf(*ret_version, sizeof *ret_version, "%s", version);
    return BROKER_DONE;
}
