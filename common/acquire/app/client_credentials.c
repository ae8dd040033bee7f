/* SPDX-License-Identifier: MIT */
#include "common/acquire/app/client_credentials.h"

#include <string.h>

#include "common/acquire/app/client_assertion.h"
#include "common/acquire/app/federated.h"
#include "common/acquire/http/token_endpoint.h"
#include "common/acquire/identity/managed_identity.h"
#include "common/base/file.h"
#include "common/entra/authority.h"

#define CLIENT_SECRET_MAX 4096

void client_proof_clear(struct client_proof *proof)
{
    secret_free(proof->client_secret);
    secret_free(proof->client_assertion);
}

/* Reads a client secret from a file. The line break at the end is ignored. */
static struct secret *read_client_secret(const char *path, struct error *error)
{
    auto_secret struct secret *text = file_read_secret(path, CLIENT_SECRET_MAX, error);
    if (text == NULL)
        return NULL;
    size_t length = strcspn(text->bytes, "\r\n");
    if (length == 0 || strspn(text->bytes + length, "\r\n") != text->length - length) {
        error_set(error, ERROR_USAGE, "%s must contain one line, the client secret", path);
        return NULL;
    }
    return secret_new(text->bytes, length);
}

bool client_proof_load(const struct token_request *request, const struct credential *credential,
                       int64_t deadline, struct client_proof *ret_proof, struct error *error)
{
    switch (credential->kind) {
    case CREDENTIAL_CLIENT_SECRET:
        ret_proof->client_secret =
            secret_new(credential->secret->bytes, credential->secret->length);
        return true;
    case CREDENTIAL_CLIENT_SECRET_FILE:
        ret_proof->client_secret = read_client_secret(credential->path, error);
        return ret_proof->client_secret != NULL;
    case CREDENTIAL_KEYRING:
        if (credential->trouble != NULL) {
            *error = *credential->trouble;
            return false;
        }
        error_set(error, ERROR_USAGE, "the keyring has no client secret for the app %s",
                  request->client_id);
        return error_known_as(error, "keyring_no_secret");
    case CREDENTIAL_CERTIFICATE:
        ret_proof->client_assertion =
            client_assertion_sign(request, credential, deadline, NULL, error);
        return ret_proof->client_assertion != NULL;
    case CREDENTIAL_UNAVAILABLE:
        error_set(error, ERROR_USAGE, "the SourceType %s belongs to %s and is not available here",
                  credential->id, credential->home);
        return error_hint(error, "%s", credential->hint);
    case CREDENTIAL_MANAGED_IDENTITY:
        break;
    case CREDENTIAL_ASSERTION_FILE:
    case CREDENTIAL_ASSERTION_COMMAND:
    case CREDENTIAL_GITHUB_ACTIONS:
    case CREDENTIAL_AZURE_PIPELINES:
    case CREDENTIAL_ASSERTION_IDENTITY:
        ret_proof->client_assertion = federated_assertion(request, credential, deadline, error);
        return ret_proof->client_assertion != NULL;
    }
    return error_set(error, ERROR_OTHER, "a managed identity cannot authenticate an app");
}

static const char *bytes_of(const struct secret *secret)
{
    return secret != NULL ? secret->bytes : NULL;
}

static bool post_proof(const struct token_request *request, const struct client_proof *proof,
                       int64_t deadline, struct token *token, struct error *error)
{
    const char *assertion = bytes_of(proof->client_assertion);
    const struct http_field fields[] = {
        { "grant_type", "client_credentials", false },
        { "client_id", request->client_id, false },
        { "client_secret", bytes_of(proof->client_secret), true },
        { "client_assertion_type",
          assertion != NULL ? "urn:ietf:params:oauth:client-assertion-type:jwt-bearer" : NULL,
          false },
        { "client_assertion", assertion, true },
        { "scope", request->scope, false },
        { "claims", request->claims, false },
        { NULL, NULL, false },
    };
    return token_endpoint_get_token(request, fields, deadline, token, error);
}

static enum acquire_end acquire_by_managed_identity(const struct token_request *request,
                                                    const struct credential *credential,
                                                    int64_t deadline, struct token *ret_token,
                                                    struct error *error)
{
    enum acquire_end end = managed_identity_acquire(
        request->scope, credential, request->unconfigured, deadline, ret_token, error);
    if (end == ACQUIRE_NO_IDENTITY && request->unconfigured) {
        error->kind = ERROR_USAGE;
        error_known_as(error, "unconfigured");
    }
    return end;
}

/* If no credential can be loaded, the error is that of the first, the most preferred one. The
 * others' are shown by --verbose. */
enum acquire_end client_credentials_acquire(const struct token_request *request, int64_t deadline,
                                            struct token *ret_token, struct error *error)
{
    struct error first = { 0 };
    for (size_t i = 0; i < request->credential_count; i++) {
        const struct credential *credential = &request->credentials[i];
        struct client_proof proof CLEANUP(client_proof_clear) = { NULL, NULL };
        struct error why = { 0 };
        if (credential->kind == CREDENTIAL_MANAGED_IDENTITY)
            return acquire_by_managed_identity(request, credential, deadline, ret_token, error);
        if (client_proof_load(request, credential, deadline, &proof, &why)) {
            trace("configuration: using the client credential from %s", credential->where);
            return post_proof(request, &proof, deadline, ret_token, error) ? ACQUIRED
                                                                           : ACQUIRE_FAILED;
        }
        trace("configuration: cannot load the client credential from %s: %s", credential->where,
              why.message);
        if (first.kind == ERROR_NONE)
            first = why;
    }
    if (first.kind == ERROR_NONE)
        error_set(&first, ERROR_USAGE, "no client credential is configured");
    *error = first;
    return ACQUIRE_FAILED;
}
