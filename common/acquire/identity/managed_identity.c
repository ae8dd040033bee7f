/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "common/acquire/identity/managed_identity.h"

#include <string.h>
#include <time.h>

#include "common/acquire/http/retry.h"
#include "common/acquire/http/token_answer.h"
#include "common/acquire/identity/arc.h"
#include "common/acquire/identity/imds.h"
#include "common/base/array.h"
#include "common/base/environment.h"
#include "common/base/json.h"
#include "common/base/text.h"
#include "common/entra/identity_source.h"
#include "common/entra/scope.h"

/* ---- the answer ---- */

/* Whether the response came from another server at the address of IMDS: another cloud's metadata
 * service or Docker Desktop. */
static bool is_other_server(const struct identity_source *source,
                            const struct http_response *response)
{
    return source->protocol == IDENTITY_PROTOCOL_IMDS &&
           (response->status == 403 || response->status == 405);
}

/* The status of IMDS while it is being updated. */
#define UPDATING 410

/* Returns the reason in an error response: OAuth's error_description; App Service's message; or
 * Service Fabric's message, which is nested in error. */
static const char *reason_in(json_object *answer, long status)
{
    json_object *inner = NULL;
    const char *text = answer != NULL ? json_string(answer, "error_description") : NULL;
    if (text == NULL && answer != NULL)
        text = json_string(answer, "message");
    if (text == NULL && json_object_object_get_ex(answer, "error", &inner) &&
        json_object_is_type(inner, json_type_object))
        text = json_string(inner, "message");
    return text != NULL         ? text
           : status == 429      ? "too many requests"
           : status == UPDATING ? "it is being updated"
                                : "no reason given";
}

/* Which identity was requested. */
struct asked {
    const char *id; /* NULL: the system-assigned one */
    enum identity_id kind;
    const char *from; /* what named it */
};

/* Says which it was, for a refusal, as the end of a sentence: most are about that. */
static char *describe(const struct asked *asked)
{
    static const char *const kinds[] = { [IDENTITY_SYSTEM] = "id",
                                         [IDENTITY_CLIENT_ID] = "client id",
                                         [IDENTITY_OBJECT_ID] = "object id",
                                         [IDENTITY_RESOURCE_ID] = "resource id" };
    if (asked->id == NULL)
        return strdup("for the system-assigned identity, since no id is configured");
    return text_format("for the identity with the %s %.300s (%.300s)", kinds[asked->kind],
                       asked->id, asked->from != NULL ? asked->from : "configured");
}

static enum acquire_end explain_answer(const struct identity_source *source,
                                       const struct asked *asked,
                                       const struct http_response *response,
                                       const struct error *why, struct error *error)
{
    struct error unused;
    long status = response->status;
    if (is_other_server(source, response)) {
        error_set(error, ERROR_NETWORK,
                  "there is no managed identity on this machine (the server at the address of IMDS "
                  "answered HTTP %ld)",
                  status);
        return ACQUIRE_NO_IDENTITY;
    }
    if (status == 200) {
        error_set(error, ERROR_NETWORK, "%s: %.600s", source->name, why->message);
        error_hint(error, "%s", why->hint);
        return ACQUIRE_FAILED;
    }
    auto_json json_object *answer =
        json_parse(response->body->bytes, response->body->length, &unused);
    autofree char *identity = describe(asked);
    error_set(error, status >= 500 || status == UPDATING ? ERROR_NETWORK : ERROR_REFUSED,
              "%s returned no token %s: %.600s (HTTP %ld)", source->name, identity,
              reason_in(answer, status), status);
    retry_set_back_off(response, error);
    if (status == UPDATING)
        error_hint(error, "The update takes up to 70 seconds: try again with --timeout 100.");
    if (status == 400 || status == 404)
        error_known_as(error, "identity_not_assigned");
    return ACQUIRE_FAILED;
}

static enum acquire_end read_answer(const struct identity_source *source, const struct asked *asked,
                                    const struct http_response *response, struct token *token,
                                    struct error *error)
{
    struct error why = { 0 };
    if (response->status == 200 && token_answer_read(response, TOKEN_TYPE_BEARER, token, &why))
        return ACQUIRED;
    return explain_answer(source, asked, response, &why, error);
}

typedef bool sender(const struct http_request *request, int64_t deadline,
                    struct http_response *response, struct error *error);

static sender *const senders[] = {
    [IDENTITY_PROTOCOL_PLAIN] = retry_send,
    [IDENTITY_PROTOCOL_ARC] = arc_send,
    [IDENTITY_PROTOCOL_IMDS] = imds_send,
};
_Static_assert(ARRAY_SIZE(senders) == IDENTITY_PROTOCOLS, "each protocol has a function");

static enum acquire_end request_token(const struct identity_source *source, const char *url,
                                      const char *resource, const struct asked *asked,
                                      int64_t deadline, struct token *token, struct error *error)
{
    const char *secret = environment(source->secret_variable);
    const char *id_parameter = source->id_parameters[asked->kind];
    const struct http_field fields[] = {
        { "api-version", source->api_version, false },
        { "resource", resource, false },
        { id_parameter != NULL ? id_parameter : "client_id", asked->id, false },
        { NULL, NULL, false },
    };
    const struct http_field headers[] = {
        { source->header, secret != NULL ? secret : "true", secret != NULL },
        { NULL, NULL, false },
    };
    const bool is_imds = source->protocol == IDENTITY_PROTOCOL_IMDS;
    const struct http_request request = {
        .url = url,
        .url_name = source->endpoint_variable,
        .clear = source->clear,
        .query = source->post ? NULL : fields,
        .form = source->post ? fields : NULL,
        .header = headers,
        .post = source->post,
        .local = true,
        .connect_milliseconds = is_imds ? IMDS_CONNECT_MILLISECONDS : 0,
        .thumbprint = environment(source->thumbprint_variable),
    };
    struct http_response response CLEANUP(http_response_clear) = { 0 };
    return senders[source->protocol](&request, deadline, &response, error)
               ? read_answer(source, asked, &response, token, error)
               : ACQUIRE_FAILED;
}

enum acquire_end managed_identity_acquire(const char *scope, const struct credential *credential,
                                          bool probe, int64_t deadline, struct token *ret_token,
                                          struct error *error)
{
    const struct identity_source *source = identity_source_find();
    struct asked asked = { credential->id, credential->id_kind, credential->id_from };
    if (asked.id != NULL && source->id_parameters[asked.kind] == NULL) {
        error_set(error, ERROR_USAGE, "%s does not support a managed identity id of this kind",
                  source->name);
        return ACQUIRE_FAILED;
    }
    if (asked.id == NULL && environment(source->default_id_variable) != NULL)
        asked = (struct asked){ environment(source->default_id_variable), IDENTITY_CLIENT_ID,
                                source->default_id_variable };
    autofree char *url = identity_source_url(source);
    auto_secret struct secret *resource = secret_new(scope, scope_resource_length(scope));
    trace("network: requesting a managed identity token from %s", source->name);
    /* Outside Azure, another server at the address of IMDS must not delay the alternative, which is
     * to sign in a user. */
    if (probe && source->protocol == IDENTITY_PROTOCOL_IMDS &&
        !imds_is_available(source, url, deadline, error))
        return ACQUIRE_NO_IDENTITY;
    return request_token(source, url, resource->bytes, &asked, deadline, ret_token, error);
}
