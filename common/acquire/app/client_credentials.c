/* SPDX-License-Identifier: MIT */
#include "common/acquire/app/client_credentials.h"

#include <string.h>

#include "common/acquire/app/client_secret.h"
#include "common/acquire/app/federated.h"
#include "common/acquire/app/signer.h"
#include "common/acquire/http/token_endpoint.h"
#include "common/acquire/identity/managed_identity.h"
#include "common/base/array.h"
#include "common/entra/authority.h"
#include "common/entra/id_shown.h"

void client_proof_clear(struct client_proof *proof)
{
    secret_free(proof->client_secret);
    secret_free(proof->client_assertion);
}

/* Takes the secret, unless it is NULL or a placeholder. */
static bool keep_secret(struct secret *secret, const struct credential *credential,
                        struct client_proof *proof, struct error *error)
{
    proof->client_secret = secret;
    return secret != NULL && client_secret_check(secret, credential->where, error);
}

bool client_proof_load(const struct token_request *request, const struct credential *credential,
                       int64_t deadline, struct client_proof *ret_proof, struct error *error)
{
    if (credential->trouble != NULL) {
        *error = *credential->trouble;
        return false;
    }
    switch (credential->kind) {
    case CREDENTIAL_CLIENT_SECRET:
        return keep_secret(secret_new(credential->secret->bytes, credential->secret->length),
                           credential, ret_proof, error);
    case CREDENTIAL_CLIENT_SECRET_FILE:
        return keep_secret(client_secret_read(credential->path, error), credential, ret_proof,
                           error);
    case CREDENTIAL_KEYRING:
        error_set(error, ERROR_USAGE, "the keyring has no client secret for the app %s",
                  id_shown(request->client_id));
        return error_known_as(error, "keyring_no_secret");
    case CREDENTIAL_CERTIFICATE:
        ret_proof->client_assertion = signer_sign(request, credential, deadline, NULL, error);
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

/* Says what is odd about the secret that the authority refuses: Entra by these numbers, AD FS by
 * the error alone. */
static void add_secret_hint(const struct client_proof *proof, const struct credential *credential,
                            struct error *error)
{
    static const char *const codes[] = { "AADSTS7000215", "AADSTS70002", "invalid_client" };
    const struct client_secret_oddity *oddity =
        proof->client_secret != NULL ? client_secret_oddity(proof->client_secret) : NULL;
    for (size_t i = 0; i < ARRAY_SIZE(codes) && oddity != NULL; i++)
        if (strcmp(error->code, codes[i]) == 0) {
            error_hint(error, "The secret from %.200s is odd: %s. %s", credential->where,
                       oddity->description, oddity->remedy);
            return;
        }
}

static enum acquire_end acquire_by_managed_identity(const struct token_request *request,
                                                    const struct credential *credential,
                                                    int64_t deadline, struct token *ret_token,
                                                    struct error *error)
{
    enum acquire_end end = managed_identity_acquire(
        request->scope, credential, request->unconfigured, deadline, ret_token, error);
    bool is_absent = strcmp(error->code, "timed_out") != 0;
    if (end == ACQUIRE_NO_IDENTITY && request->unconfigured && is_absent) {
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
            if (post_proof(request, &proof, deadline, ret_token, error))
                return ACQUIRED;
            add_secret_hint(&proof, credential, error);
            return ACQUIRE_FAILED;
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
