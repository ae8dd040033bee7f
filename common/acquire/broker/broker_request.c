/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "common/acquire/broker/broker_request.h"

#include <string.h>

#include "common/base/text.h"

/* MSAL's names for what a request is authorized by, as sso-mib lists them. */
#define BY_CACHED_REFRESH_TOKEN 1
#define INTERACTIVELY           6

static void add(json_object *object, const char *name, const char *value)
{
    json_object_object_add(object, name, json_object_new_string(value));
}

/* A token that the broker binds to a key of ours, by its thumbprint; we sign with the key. */
static json_object *pop_parameters(const struct token_request *request)
{
    json_object *parameters = json_object_new_object();
    add(parameters, "authenticationScheme", "pop");
    add(parameters, "uriHost", request->pop_host != NULL ? request->pop_host : "");
    add(parameters, "httpMethod", "GET");
    add(parameters, "kid", request->pop_key.id);
    return parameters;
}

static json_object *parameters_of(const struct broker_job *job)
{
    const struct token_request *request = job->wanted->request;
    json_object *parameters = json_object_new_object(), *scopes = json_object_new_array();
    autofree char *authority = text_format("%s/%s", request->instance, request->tenant);
    if (job->account != NULL) {
        json_object_object_add(parameters, "account", json_object_get(job->account->as_sent));
        add(parameters, "username", job->account->username);
    } else {
        add(parameters, "prompt", "select_account");
    }
    json_object_object_add(parameters, "additionalQueryParametersForAuthorization",
                           json_object_new_object());
    add(parameters, "authority", authority);
    json_object_object_add(
        parameters, "authorizationType",
        json_object_new_int(job->wanted->prompts ? INTERACTIVELY : BY_CACHED_REFRESH_TOKEN));
    add(parameters, "clientId", job->client.id);
    add(parameters, "redirectUri", job->client.redirect_uri);
    json_object_array_add(scopes, json_object_new_string(request->scope));
    json_object_object_add(parameters, "requestedScopes", scopes);
    if (request->claims != NULL)
        add(parameters, "decodedClaims", request->claims);
    if (request->pop_key.id[0] != '\0')
        json_object_object_add(parameters, "popParams", pop_parameters(request));
    json_object_object_add(parameters, "uxContextHandle", json_object_new_int(-1));
    return parameters;
}

struct secret *broker_request_token(const struct broker_job *job)
{
    auto_json json_object *parameters = parameters_of(job);
    const struct secret *refused = job->wanted->refused;
    /* Not in json-c, which would leave a copy of the token in memory. None needs escaping. */
    return secret_format("{\"authParameters\":{%s%s%s%s}",
                         refused != NULL ? "\"accessTokenToRenew\":\"" : "",
                         refused != NULL ? refused->bytes : "", refused != NULL ? "\"," : "",
                         json_object_to_json_string_ext(parameters, JSON_LINE) + 1);
}

static struct secret *text_of(const json_object *object)
{
    return secret_from_text(json_object_to_json_string_ext((json_object *)object, JSON_LINE));
}

struct secret *broker_request_accounts(const struct broker_client *client)
{
    auto_json json_object *request = json_object_new_object();
    add(request, "clientId", client->id);
    add(request, "redirectUri", client->redirect_uri);
    return text_of(request);
}

struct secret *broker_request_version(void)
{
    auto_json json_object *request = json_object_new_object();
    add(request, "msalCppVersion", ENTRA_VERSION);
    return text_of(request);
}
