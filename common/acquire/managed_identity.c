#define _GNU_SOURCE
#include "common/acquire/managed_identity.h"

#include <poll.h>
#include <string.h>
#include <time.h>

#include "common/acquire/arc.h"
#include "common/acquire/http.h"
#include "common/acquire/token_answer.h"
#include "common/deadline.h"
#include "common/json.h"
#include "common/scope.h"

#define IMDS_HOST                 "http://169.254.169.254"
#define IMDS_PATH                 "/metadata/identity/oauth2/token"
#define IMDS_CONNECT_MILLISECONDS 1000

static const char *environment(const char *name)
{
    const char *value = getenv(name);
    return value != NULL && value[0] != '\0' ? value : NULL;
}

/* A service that gives managed identities' tokens: how it is recognized, and how it is asked. */
struct source {
    const char *name;
    bool (*is_here)(void);
    const char *endpoint_variable; /* NULL: IMDS */
    const char *endpoint;          /* where the variable is not set */
    const char *api_version;       /* NULL: it takes none */
    const char *header;            /* its name */
    const char *header_variable;   /* its value; NULL: "true" */
    /* What the service calls an id, in the order of enum identity_id; NULL: it takes none of it. */
    const char *id_parameters[4];
    bool post;
    bool (*send)(const struct http_request *, int64_t deadline, struct http_response *,
                 struct error *);
};

/* ---- recognizing ---- */

static bool is_service_fabric(void)
{
    return environment("IDENTITY_ENDPOINT") != NULL && environment("IDENTITY_HEADER") != NULL &&
           environment("IDENTITY_SERVER_THUMBPRINT") != NULL;
}

static bool is_app_service(void)
{
    return environment("IDENTITY_ENDPOINT") != NULL && environment("IDENTITY_HEADER") != NULL;
}

static bool is_machine_learning(void)
{
    return environment("MSI_ENDPOINT") != NULL && environment("MSI_SECRET") != NULL;
}

static bool is_cloud_shell(void)
{
    return environment("MSI_ENDPOINT") != NULL;
}

static bool is_arc(void)
{
    return (environment("IDENTITY_ENDPOINT") != NULL && environment("IMDS_ENDPOINT") != NULL) ||
           access(ARC_AGENT, X_OK) == 0;
}

static bool is_anything(void)
{
    return true;
}

/* ---- asking ---- */

/* Each wait is twice the last, but for 410: the service is being updated, for up to 70 seconds
 * (Microsoft's "How to use managed identities ... to acquire an access token", section "Retry
 * guidance"). */
static int64_t wait_before_retry(long status, int attempt)
{
    bool transient = status == 404 || status == 408 || status == 429 || status >= 500;
    if (status == 410 && attempt < 7)
        return 10000;
    return transient && attempt < 3 ? 1000 << attempt : -1;
}

static bool send_to_imds(const struct http_request *request, int64_t deadline,
                         struct http_response *response, struct error *error)
{
    for (int attempt = 0;; attempt++) {
        if (!http_send(request, deadline, response, error)) {
            error_hint(error, "There is no managed identity on this machine, unless it runs in "
                              "Azure.");
            return false;
        }
        int64_t wait = response->status == 200 ? -1 : wait_before_retry(response->status, attempt);
        if (wait < 0 || wait >= deadline_left(deadline))
            return true;
        trace("IMDS answered %ld; asking again in %lld ms", response->status, (long long)wait);
        poll(NULL, 0, (int)wait);
        http_response_clear(response);
    }
}

static const struct source sources[] = {
    { "Service Fabric",
      is_service_fabric,
      "IDENTITY_ENDPOINT",
      NULL,
      "2019-07-01-preview",
      "Secret",
      "IDENTITY_HEADER",
      { NULL, NULL, NULL, NULL },
      false,
      http_send },
    { "App Service",
      is_app_service,
      "IDENTITY_ENDPOINT",
      NULL,
      "2019-08-01",
      "X-IDENTITY-HEADER",
      "IDENTITY_HEADER",
      { NULL, "client_id", "object_id", "mi_res_id" },
      false,
      http_send },
    { "Azure Machine Learning",
      is_machine_learning,
      "MSI_ENDPOINT",
      NULL,
      "2017-09-01",
      "secret",
      "MSI_SECRET",
      { NULL, "clientid", NULL, NULL },
      false,
      http_send },
    { "Cloud Shell",
      is_cloud_shell,
      "MSI_ENDPOINT",
      NULL,
      NULL,
      "Metadata",
      NULL,
      { NULL, NULL, NULL, NULL },
      true,
      http_send },
    { "Azure Arc",
      is_arc,
      "IDENTITY_ENDPOINT",
      ARC_ENDPOINT,
      "2020-06-01",
      "Metadata",
      NULL,
      { NULL, NULL, NULL, NULL },
      false,
      arc_send },
    { "IMDS",
      is_anything,
      NULL,
      NULL,
      "2018-02-01",
      "Metadata",
      NULL,
      { NULL, "client_id", "object_id", "msi_res_id" },
      false,
      send_to_imds },
};

static const struct source *find_source(void)
{
    const struct source *source = sources;
    while (!source->is_here())
        source++;
    return source;
}

static struct secret *endpoint_of(const struct source *source)
{
    const char *host = environment("AZURE_POD_IDENTITY_AUTHORITY_HOST");
    if (source->endpoint_variable == NULL) {
        size_t length = strlen(host != NULL ? host : IMDS_HOST);
        while (length > 0 && (host != NULL ? host : IMDS_HOST)[length - 1] == '/')
            length--;
        return secret_format("%.*s%s", (int)length, host != NULL ? host : IMDS_HOST, IMDS_PATH);
    }
    const char *endpoint = environment(source->endpoint_variable);
    return secret_format("%s", endpoint != NULL ? endpoint : source->endpoint);
}

/* ---- the answer ---- */

/* What answers in the place of IMDS elsewhere: other clouds' metadata services, Docker Desktop. */
static bool is_stranger(const struct source *source, const struct http_response *response)
{
    return source->endpoint_variable == NULL &&
           (response->status == 403 || response->status == 405);
}

/* OAuth's form is error and error_description; App Service says message, Service Fabric nests both
 * under error. */
static bool explain(const struct source *source, const struct http_response *response,
                    const struct error *why, struct error *error)
{
    struct error unused;
    if (is_stranger(source, response))
        return error_set(error, ERROR_NETWORK,
                         "there is no managed identity on this machine (what answers in the place "
                         "of IMDS says HTTP %ld)",
                         response->status);
    auto_json json_object *answer =
        json_parse(response->body->bytes, response->body->length, &unused);
    json_object *inner = NULL;
    const char *text = answer != NULL ? json_string(answer, "error_description") : NULL;
    if (text == NULL && answer != NULL)
        text = json_string(answer, "message");
    if (text == NULL && json_object_object_get_ex(answer, "error", &inner) &&
        json_object_is_type(inner, json_type_object))
        text = json_string(inner, "message");
    if (response->status == 200)
        return error_set(error, ERROR_NETWORK, "%s: %.600s", source->name, why->message);
    error_set(error, response->status >= 500 ? ERROR_NETWORK : ERROR_REFUSED,
              "%s gave no token: %.600s (HTTP %ld)", source->name,
              text != NULL ? text : "no reason given", response->status);
    if (response->status == 400 || response->status == 404)
        error_hint(error, "Check that this identity is assigned to this machine or app.");
    return false;
}

static bool take_answer(const struct source *source, const struct http_response *response,
                        const char *secret, struct token *token, struct error *error)
{
    struct error why = { 0 };
    if (response->status == 200 &&
        token_answer_parse(200, response->body->bytes, response->body->length, time(NULL), token,
                           &why))
        return true;
    explain(source, response, &why, error);
    error_redact(error, secret);
    return false;
}

bool managed_identity_acquire(const char *scope, const struct credential *credential,
                              int64_t deadline, struct token *token, struct error *error)
{
    const struct source *source = find_source();
    const char *id_parameter = source->id_parameters[credential->id_kind];
    if (credential->id != NULL && id_parameter == NULL)
        return error_set(error, ERROR_USAGE,
                         "%s does not take the id of a managed identity in this "
                         "form",
                         source->name);

    auto_secret struct secret *endpoint = endpoint_of(source);
    auto_secret struct secret *resource = secret_new(scope, scope_resource_length(scope));
    const char *header =
        source->header_variable != NULL ? environment(source->header_variable) : "true";
    if (endpoint == NULL || resource == NULL)
        return error_no_memory(error);
    const struct http_field fields[] = {
        { "api-version", source->api_version, false },
        { "resource", resource->bytes, false },
        { id_parameter != NULL ? id_parameter : "client_id", credential->id, false },
        { NULL, NULL, false },
    };
    const struct http_field headers[] = { { source->header, header, true }, { NULL, NULL, false } };
    const struct http_request request = {
        .url = endpoint->bytes,
        .query = source->post ? NULL : fields,
        .form = source->post ? fields : NULL,
        .header = headers,
        .post = source->post,
        .local = true,
        .connect_milliseconds = source->endpoint_variable == NULL ? IMDS_CONNECT_MILLISECONDS : 0,
        .thumbprint =
            source->is_here == is_service_fabric ? environment("IDENTITY_SERVER_THUMBPRINT") : NULL,
    };
    struct http_response response CLEANUP(http_response_clear) = { 0 };
    trace("asking %s for a managed identity's token", source->name);
    return source->send(&request, deadline, &response, error) &&
           take_answer(source, &response, header, token, error);
}
