/* SPDX-License-Identifier: MIT */
#include "common/acquire/broker/broker_check.h"

#include <string.h>
#include <strings.h>

#include "common/base/array.h"
#include "common/base/text.h"
#include "common/entra/audience.h"
#include "common/entra/jwt.h"

static bool refuse(struct error *error, const char *what)
{
    error_set(error, ERROR_REFUSED,
              "the device's identity broker answered with a token that was not asked for: %s",
              what);
    return error_known_as(error, "broker_other_token");
}

/* Whether a claim is there that is not a string, and so cannot be held against anything. */
static bool is_odd(const json_object *claims, const char *name)
{
    return json_object_object_get_ex(claims, name, NULL) && json_string(claims, name) == NULL;
}

/* Every token of Entra's for a user has an audience, a tenant, an object ID, and the client that
 * asked (appid in version 1, azp in version 2). */
static bool check_form(const json_object *claims, struct error *error)
{
    static const char *const names[] = { "aud", "tid", "oid", "appid", "azp", "idtyp" };
    const json_object *key = json_object_object_get(claims, "cnf");
    for (size_t i = 0; i < ARRAY_SIZE(names); i++)
        if (is_odd(claims, names[i]))
            return refuse(error, "one of its claims is not a string");
    if (key != NULL && (!json_object_is_type(key, json_type_object) || is_odd(key, "kid")))
        return refuse(error, "the key that it is bound to cannot be read");
    if (json_string(claims, "aud") == NULL)
        return refuse(error, "it does not say for which API");
    if (json_string(claims, "tid") == NULL || json_string(claims, "oid") == NULL)
        return refuse(error, "it does not say whose it is");
    return json_string(claims, "appid") != NULL || json_string(claims, "azp") != NULL ||
           refuse(error, "it does not say who asked for it");
}

/* A claim that is there must have the value. */
static bool is_other(const json_object *claims, const char *name, const char *expected)
{
    const char *value = json_string(claims, name);
    return value != NULL && strcasecmp(value, expected) != 0;
}

static bool has_object(const char *home_account_id, const char *object)
{
    const char *dot = strrchr(home_account_id, '.');
    size_t length = strlen(object);
    return dot == NULL || (length == (size_t)(dot - home_account_id) &&
                           strncasecmp(home_account_id, object, length) == 0);
}

/* A guest has another object in the tenant, so the user shows in the home tenant alone. */
static bool check_user(const json_object *claims, const struct token_request *request,
                       const char *home_account_id, struct error *error)
{
    const char *home = home_account_id != NULL ? account_home_tenant(home_account_id) : NULL;
    const char *tenant = json_string(claims, "tid"), *object = json_string(claims, "oid");
    bool any_tenant = strcasecmp(request->tenant, "organizations") == 0 ||
                      strcasecmp(request->tenant, "common") == 0;
    const char *expected = text_is_guid(request->tenant) ? request->tenant
                           : any_tenant                  ? home
                                                         : NULL;
    if (tenant != NULL && expected != NULL && strcasecmp(tenant, expected) != 0)
        return refuse(error, "it is of another tenant");
    if (home != NULL && tenant != NULL && object != NULL && strcasecmp(tenant, home) == 0 &&
        !has_object(home_account_id, object))
        return refuse(error, "it is another user's");
    return true;
}

/* A token that is bound to another key, or to one though none was named, is of no use; one that is
 * bound to none could be used by whoever finds it. */
static bool check_key(const json_object *claims, const struct token_request *request,
                      struct error *error)
{
    const char *key = json_string(json_object_object_get(claims, "cnf"), "kid");
    bool wants_key = request->pop_key.id[0] != '\0';
    if (wants_key && (key == NULL || strcmp(key, request->pop_key.id) != 0))
        return refuse(error, "it is not bound to the key");
    return wants_key || key == NULL || refuse(error, "it is bound to a key");
}

static bool is_version_2(const json_object *claims)
{
    const char *version = json_string(claims, "ver");
    return version != NULL && strcmp(version, "2.0") == 0;
}

bool broker_check_token(const char *token, const struct broker_job *job,
                        const char *home_account_id, int64_t *ret_expires_on, struct error *error)
{
    const struct token_request *request = job->wanted->request;
    struct error unreadable = { 0 };
    int64_t expires_on = 0;
    auto_json_secret json_object *claims = jwt_claims(token, strlen(token), &unreadable);
    *ret_expires_on = 0;
    if (claims == NULL)
        return request->pop_key.id[0] == '\0' ||
               refuse(error, "whether it is bound to the key cannot be read");
    if (!check_form(claims, error))
        return false;
    const char *kind = json_string(claims, "idtyp");
    if (!audience_fits_scope(json_string(claims, "aud"), is_version_2(claims), request->scope))
        return refuse(error, "it is for another API");
    if (kind != NULL && strcmp(kind, "app") == 0)
        return refuse(error, "it is an app's");
    if (is_other(claims, "appid", job->client.id) || is_other(claims, "azp", job->client.id))
        return refuse(error, "another client has asked for it");
    if (!check_user(claims, request, home_account_id, error) || !check_key(claims, request, error))
        return false;
    if (json_int64(claims, "exp", &expires_on) && expires_on > 0)
        *ret_expires_on = expires_on;
    return true;
}
