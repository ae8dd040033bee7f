/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "common/acquire/app/federated.h"

#include <string.h>
#include <time.h>

#include "common/acquire/http/http.h"
#include "common/acquire/http/retry.h"
#include "common/acquire/identity/managed_identity.h"
#include "common/base/environment.h"
#include "common/base/file.h"
#include "common/base/json.h"
#include "common/base/rfc3339.h"
#include "common/base/subprocess.h"
#include "common/entra/authority.h"
#include "common/entra/build_system.h"
#include "common/entra/child_environment.h"
#include "common/entra/jwt.h"

/* ---- checking the token ---- */

/* Whether the text is three parts of base64url (RFC 7515, section 7.1), none of them empty. Nothing
 * else may get into the form that is posted. */
static bool is_jwt(const struct secret *text)
{
    const char *part = text->bytes;
    for (int i = 0; i < 3; i++) {
        size_t length = strspn(part, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                     "0123456789-_");
        if (length == 0 || part[length] != (i < 2 ? '.' : '\0'))
            return false;
        part += length + (i < 2);
    }
    return (size_t)(part - text->bytes) == text->length;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Removes white space at both ends. A NUL byte is kept, so that is_jwt fails. */
static struct secret *trim(const struct secret *text)
{
    size_t start = strspn(text->bytes, " \t\r\n"), end = text->length;
    while (end > start && is_blank(text->bytes[end - 1]))
        end--;
    return secret_new(text->bytes + start, end - start);
}

/* Returns the token without the white space around it, or NULL with an error. */
static struct secret *check_jwt(const struct secret *text, const char *source, struct error *error)
{
    auto_secret struct secret *jwt = trim(text);
    int64_t expires = 0;
    struct error unused;
    if (jwt->length == 0) {
        error_set(error, ERROR_USAGE, "the token from %s is empty", source);
        return NULL;
    }
    if (!is_jwt(jwt)) {
        error_set(error, ERROR_USAGE, "the token from %s is not a JWT", source);
        return NULL;
    }
    auto_json json_object *claims = jwt_claims(jwt->bytes, jwt->length, &unused);
    if (claims != NULL && json_int64(claims, "exp", &expires) && expires <= time(NULL)) {
        error_set(error, ERROR_USAGE, "the token from %s expired on %s", source,
                  rfc3339_format(expires).text);
        error_known_as(error, "federated_stale");
        return NULL;
    }
    return steal(&jwt);
}

/* ---- its sources ---- */

static struct secret *from_file(const struct credential *credential, struct error *error)
{
    struct file_rights rights;
    auto_secret struct secret *text =
        file_read(credential->path, FEDERATED_TOKEN_MAX, &rights, error);
    return text != NULL ? check_jwt(text, credential->path, error) : NULL;
}

/* In the root folder: many an interpreter looks for code in the working directory (python3 -m),
 * which may be an untrusted repository. */
static struct secret *from_command(const struct credential *credential, int64_t deadline,
                                   struct error *error)
{
    auto_secret struct secret *text =
        subprocess_read(credential->command, child_environment_with_platform_secrets, "/",
                        FEDERATED_TOKEN_MAX, deadline, error);
    return text != NULL ? check_jwt(text, credential->command[0], error) : NULL;
}

/* Fails if the job was not given what it takes to request a token. A build system gives its jobs
 * the URL, or both, so that one alone has been lost on the way; Azure Pipelines leaves the secret
 * to the step. */
static bool may_request(const struct build_system *system, struct error *error)
{
    bool has_url = environment(system->url_variable) != NULL;
    bool has_secret = environment(system->secret_variable) != NULL;
    bool is_given = system->connection_variable == NULL && has_url;
    if (has_url && has_secret)
        return true;
    if (!has_url && !has_secret) {
        error_set(error, ERROR_USAGE, "%s gives this job no token: %s and %s are not set",
                  system->name, system->url_variable, system->secret_variable);
        return error_known_as(error, system->no_secret_code);
    }
    error_set(error, ERROR_USAGE, "%s gives this job no token: %s is not set", system->name,
              has_url ? system->secret_variable : system->url_variable);
    return error_known_as(error,
                          has_secret || is_given ? "job_variable_lost" : system->no_secret_code);
}

/* What became of a request that brought no token; kind and code of the error. */
static void explain_status(const struct build_system *system, long status, struct error *error)
{
    error_set(error, status >= 500 ? ERROR_NETWORK : ERROR_REFUSED,
              "%s returned no token (HTTP %ld)", system->name, status);
    if (status == 401 || status == 403)
        error_known_as(error, system->refused_code);
    else if (status < 500)
        error_known_as(error, "job_token_absent");
}

bool federated_may_ask(const struct credential *credential, struct error *error)
{
    const struct build_system *pipelines = &build_systems[BUILD_SYSTEM_AZURE_PIPELINES];
    if (credential->kind == CREDENTIAL_GITHUB_ACTIONS)
        return may_request(&build_systems[BUILD_SYSTEM_GITHUB_ACTIONS], error);
    if (credential->kind != CREDENTIAL_AZURE_PIPELINES)
        return true;
    if (!may_request(pipelines, error))
        return false;
    if (credential->id != NULL)
        return true;
    error_set(error, ERROR_USAGE, "%s is not set", pipelines->connection_variable);
    return error_known_as(error, "pipelines_no_connection");
}

/* Requests a token from a build system, which returns it in the member `key`. */
static struct secret *from_service(const struct http_request *request,
                                   const struct build_system *system, const char *key,
                                   int64_t deadline, struct error *error)
{
    struct http_response response CLEANUP(http_response_clear) = { 0 };
    struct error unused;
    if (!retry_send(request, deadline, &response, error))
        return NULL;
    auto_json_secret json_object *answer =
        json_parse(response.unredacted->bytes, response.unredacted->length, &unused);
    const char *token = answer != NULL ? json_string(answer, key) : NULL;
    if (response.status != 200 || token == NULL) {
        explain_status(system, response.status, error);
        retry_set_back_off(&response, error);
        return NULL;
    }
    auto_secret struct secret *text = secret_from_text(token);
    return check_jwt(text, system->name, error);
}

/* GitHub's "OpenID Connect", section "Updating your actions for OIDC". */
static struct secret *from_github(const struct token_request *request,
                                  const struct credential *credential, int64_t deadline,
                                  struct error *error)
{
    const struct build_system *github = &build_systems[BUILD_SYSTEM_GITHUB_ACTIONS];
    if (!federated_may_ask(credential, error))
        return NULL;
    const char *audience = credential->audience != NULL
                               ? credential->audience
                               : authority_token_exchange_audience(request->instance);
    auto_secret struct secret *authorization =
        secret_format("bearer %s", environment(github->secret_variable));
    const struct http_field query[] = { { "audience", audience, false }, { NULL, NULL, false } };
    const struct http_field header[] = { { "Authorization", authorization->bytes, true },
                                         { "Accept", "application/json; api-version=2.0", false },
                                         { NULL, NULL, false } };
    const struct http_request get = {
        .url = environment(github->url_variable),
        .url_name = github->url_variable,
        .query = query,
        .header = header,
    };
    return from_service(&get, github, "value", deadline, error);
}

/* Azure DevOps Services REST API, "Oidctoken - Create". */
static struct secret *from_pipelines(const struct credential *credential, int64_t deadline,
                                     struct error *error)
{
    const struct build_system *pipelines = &build_systems[BUILD_SYSTEM_AZURE_PIPELINES];
    if (!federated_may_ask(credential, error))
        return NULL;
    auto_secret struct secret *authorization =
        secret_format("Bearer %s", environment(pipelines->secret_variable));
    const struct http_field query[] = { { "api-version", "7.1", false },
                                        { "serviceConnectionId", credential->id, false },
                                        { NULL, NULL, false } };
    const struct http_field header[] = { { "Authorization", authorization->bytes, true },
                                         { "Content-Type", "application/json", false },
                                         { "X-TFS-FedAuthRedirect", "Suppress", false },
                                         { NULL, NULL, false } };
    const struct http_request post = {
        .url = environment(pipelines->url_variable),
        .url_name = pipelines->url_variable,
        .query = query,
        .header = header,
        .post = true,
    };
    return from_service(&post, pipelines, "oidcToken", deadline, error);
}

static struct secret *from_identity(const struct token_request *request,
                                    const struct credential *credential, int64_t deadline,
                                    struct error *error)
{
    auto_token struct token token = { 0 };
    const char *audience = credential->audience != NULL
                               ? credential->audience
                               : authority_token_exchange_audience(request->instance);
    auto_secret struct secret *scope = secret_format("%s/.default", audience);
    if (managed_identity_acquire(scope->bytes, credential, false, deadline, &token, error) !=
        ACQUIRED)
        return NULL;
    return steal(&token.access_token);
}

struct secret *federated_assertion(const struct token_request *request,
                                   const struct credential *credential, int64_t deadline,
                                   struct error *error)
{
    switch (credential->kind) {
    case CREDENTIAL_ASSERTION_FILE:
        return from_file(credential, error);
    case CREDENTIAL_ASSERTION_COMMAND:
        return from_command(credential, deadline, error);
    case CREDENTIAL_GITHUB_ACTIONS:
        return from_github(request, credential, deadline, error);
    case CREDENTIAL_AZURE_PIPELINES:
        return from_pipelines(credential, deadline, error);
    case CREDENTIAL_ASSERTION_IDENTITY:
        return from_identity(request, credential, deadline, error);
    default:
        error_set(error, ERROR_OTHER, "the credential is not a federated one");
        return NULL;
    }
}
