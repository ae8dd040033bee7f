/* SPDX-License-Identifier: MIT */
/* How an app authenticates: the credential of the context, of the file or of the environment. It is
 * not loaded here, since a token from the keyring needs no credential. */
#define _GNU_SOURCE
#include <string.h>
#include <strings.h>

#include "common/base/array.h"
#include "common/base/environment.h"
#include "common/base/text.h"
#include "common/config/internal.h"

static bool is_true(const char *value)
{
    return value != NULL && (strcmp(value, "1") == 0 || strcasecmp(value, "true") == 0);
}

char *config_copy(const char *text)
{
    return text != NULL ? strdup(text) : NULL;
}

struct credential *config_add_credential(struct token_request *request, enum credential_kind kind,
                                         const char *where, struct error *error)
{
    if (request->credential_count == CREDENTIALS_MAX) {
        error_set(error, ERROR_USAGE, "%s: more than %d client credentials", where,
                  CREDENTIALS_MAX);
        return NULL;
    }
    struct credential *credential = &request->credentials[request->credential_count++];
    credential->kind = kind;
    credential->where = strdup(where);
    return credential;
}

/* Azure's EnvironmentCredential: a secret, or a certificate. */
static void read_environment(struct token_request *request, struct error *error)
{
    const char *secret = environment("AZURE_CLIENT_SECRET");
    const char *path = environment("AZURE_CLIENT_CERTIFICATE_PATH");
    struct credential *credential = NULL;
    if (secret != NULL) {
        credential =
            config_add_credential(request, CREDENTIAL_CLIENT_SECRET, "AZURE_CLIENT_SECRET", error);
        if (credential != NULL)
            credential->secret = secret_from_text(secret);
    } else if (path != NULL) {
        credential = config_add_credential(request, CREDENTIAL_CERTIFICATE,
                                           "AZURE_CLIENT_CERTIFICATE_PATH", error);
        if (credential == NULL)
            return;
        credential->path = config_copy(path);
        credential->key_path = config_copy(environment("ENTRA_CLIENT_CERTIFICATE_KEY_PATH"));
        credential->password = secret_from_text(environment("AZURE_CLIENT_CERTIFICATE_PASSWORD"));
        credential->send_x5c = is_true(environment("AZURE_CLIENT_SEND_CERTIFICATE_CHAIN"));
    }
}

/* Azure's WorkloadIdentityCredential. */
static void read_workload_identity(struct token_request *request, struct error *error)
{
    const char *path = environment("AZURE_FEDERATED_TOKEN_FILE");
    if (path == NULL)
        return;
    struct credential *credential = config_add_credential(request, CREDENTIAL_ASSERTION_FILE,
                                                          "AZURE_FEDERATED_TOKEN_FILE", error);
    if (credential != NULL)
        credential->path = config_copy(path);
}

static void send_chain(const struct config *config, const struct section *identity,
                       struct token_request *request)
{
    bool by_variable = is_true(config_variable(config, "AZURE_CLIENT_SEND_CERTIFICATE_CHAIN"));
    bool sent = section_bool(identity, "SendX5C", by_variable);
    for (size_t i = 0; i < request->credential_count; i++)
        request->credentials[i].send_x5c = request->credentials[i].send_x5c || sent;
}

/* What Azure's DefaultAzureCredential tries before managed identities, in its order. */
static const struct {
    enum config_chain part;
    void (*read)(struct token_request *request, struct error *error);
    const char *variables;
} chain[] = {
    { CONFIG_CHAIN_ENVIRONMENT, read_environment,
      "AZURE_CLIENT_SECRET, AZURE_CLIENT_CERTIFICATE_PATH" },
    { CONFIG_CHAIN_WORKLOAD, read_workload_identity, "AZURE_FEDERATED_TOKEN_FILE" },
};

static bool read_chain(enum config_chain part, struct token_request *request, struct error *error)
{
    autofree char *missing = strdup("");
    for (size_t i = 0; i < ARRAY_SIZE(chain) && request->credential_count == 0; i++) {
        if (part != CONFIG_CHAIN_WHOLE && part != chain[i].part)
            continue;
        chain[i].read(request, error);
        if (error->kind != ERROR_NONE)
            return false;
        char *longer = text_format("%s, %s", missing, chain[i].variables);
        free(missing);
        missing = longer;
    }
    if (request->credential_count == 0)
        trace("configuration: no client credential in it%s", missing);
    return true;
}

static bool read_strongest(const struct config *config, const struct section *identity,
                           struct token_request *request, struct error *error)
{
    const struct config_context *context = config->context;
    if (context->credential != NULL) {
        request->credentials[request->credential_count] = *context->credential;
        request->credentials[request->credential_count++].borrowed = true;
        return true;
    }
    /* What is left would look like a mistake in the configuration. */
    if (config_withheld(config, identity) == CONFIG_PARTLY_WITHHELD)
        return true;
    return config_fill_file_credentials(config, identity, request, error) &&
           (context->without_azure_variables || read_chain(context->chain, request, error));
}

bool config_fill_credentials(const struct config *config, const struct section *identity,
                             struct token_request *request, struct error *error)
{
    if (!read_strongest(config, identity, request, error))
        return false;
    send_chain(config, identity, request);
    for (size_t i = 0; i < request->credential_count; i++)
        trace("configuration: client credential %zu: %s", i + 1, request->credentials[i].where);
    return true;
}
