/* SPDX-License-Identifier: MIT */
/* The check token: requests a new token, and checks and shows its claims. */
#define _GNU_SOURCE
#include <stdio.h>
#include <string.h>

#include "common/base/array.h"
#include "common/base/cleanup.h"
#include "common/base/rfc3339.h"
#include "common/entra/jwt.h"
#include "helpers/entra/doctor/doctor.h"
#include "helpers/entra/token_claims.h"

/* The items of an array are separated by commas. */
static void show_claim(struct doctor *doctor, const json_object *claims, const char *name)
{
    json_object *value = NULL;
    if (!json_object_object_get_ex(claims, name, &value))
        return;
    if (!json_object_is_type(value, json_type_array)) {
        doctor_detail(doctor, name, json_object_get_string(value), NULL);
        return;
    }
    autofree char *text = NULL;
    size_t size;
    FILE *list = open_memstream(&text, &size);
    for (size_t i = 0; i < json_object_array_length(value); i++)
        fprintf(list, "%s%s", i > 0 ? ", " : "",
                json_object_get_string(json_object_array_get_idx(value, i)));
    fclose(list);
    doctor_detail(doctor, name, text[0] != '\0' ? text : "(none)", NULL);
}

/* Tokens of version 1 have appid and upn, those of version 2 azp and preferred_username. */
static void show_claims(struct doctor *doctor, const json_object *claims)
{
    static const char *const names[] = { "aud",   "appid", "azp", "tid",
                                         "roles", "scp",   "upn", "preferred_username" };
    for (size_t i = 0; i < ARRAY_SIZE(names); i++)
        show_claim(doctor, claims, names[i]);
}

/* The host that the token is for: that of the URL given, or else of the API's BaseUrl. NULL if it
 * is not known. */
static const char *host_of(const struct doctor *doctor, const struct token_request *request,
                           struct url *url)
{
    const char *bases[CONFIG_BASE_URLS_MAX + 1];
    struct error unused = { 0 };
    if (doctor->url_text != NULL)
        return doctor->url.host;
    if (doctor->request->api == NULL ||
        !config_base_urls(doctor->config, doctor->request->api, request, bases, &unused) ||
        !url_parse_base(bases[0], strlen(bases[0]), url, &unused))
        return NULL;
    return url->host;
}

static void check_claims(struct doctor *doctor, const struct token_request *request,
                         const struct token *token)
{
    struct error error = { 0 };
    struct url url;
    auto_json json_object *claims =
        jwt_claims(token->access_token->bytes, token->access_token->length, &error);
    if (claims == NULL) {
        doctor_skip(doctor, "the claims cannot be read: %s", error.message);
        return;
    }
    show_claims(doctor, claims);
    if (!token_claims_check(claims, request->scope, host_of(doctor, request, &url), &error))
        doctor_fail(doctor, &error);
}

/* A user's token comes from the stored sign-in. */
bool doctor_get_token(struct doctor *doctor)
{
    if (doctor->was_requested)
        return doctor->has_token;
    doctor->was_requested = true;
    doctor->tokens.deadline = doctor_deadline(doctor);
    doctor->has_token =
        tokens_get_new(&doctor->tokens, &doctor->candidates, &doctor->result, &doctor->token_error);
    return doctor->has_token;
}

void doctor_token(struct doctor *doctor)
{
    struct error *error = &doctor->token_error;
    const struct tokens_result *result = &doctor->result;
    const struct token_request *first = doctor->request;
    if (!doctor->is_complete) {
        doctor_skip(doctor, "the request is incomplete");
        return;
    }
    if (doctor->is_elsewhere) {
        doctor_skip(doctor, "not checked, since the check host failed");
        return;
    }
    if (!doctor_get_token(doctor)) {
        error_wanted(error, "no token for %.200s", first->api != NULL ? first->api : first->scope);
        doctor_fail(doctor, error);
        return;
    }
    const struct token_request *request = result->request;
    doctor_ok(doctor, "a token for %s from %s, valid until %s",
              request->api != NULL ? request->api : request->scope,
              result->token.source == TOKEN_FROM_KEYRING ? "the keyring" : request->instance,
              rfc3339_format(result->token.expires_on).text);
    if (result->username != NULL)
        doctor_detail(doctor, "account", result->username, NULL);
    check_claims(doctor, request, &result->token);
}
