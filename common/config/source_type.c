/* SPDX-License-Identifier: MIT */
/* An app's credentials in the file: ClientSecret, and the entries of ClientCredentials, each with
 * the keys that its SourceType has. */
#define _GNU_SOURCE
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "common/base/array.h"
#include "common/base/environment.h"
#include "common/base/suggest.h"
#include "common/base/text.h"
#include "common/config/internal.h"

/* An entry that is being read. */
struct entry {
    const struct config *config;
    struct section section;
    struct token_request *request;
    char where[CONFIG_WHERE_MAX];
};

static const char *get_string(const struct entry *entry, const char *key, struct error *error)
{
    return error->kind == ERROR_NONE ? section_string(entry->config, &entry->section, key, error)
                                     : NULL;
}

/* As get_string, for a key that the SourceType requires. */
static const char *require_string(const struct entry *entry, const char *key, struct error *error)
{
    const char *value = get_string(entry, key, error);
    if (value == NULL && error->kind == ERROR_NONE)
        error_set(error, ERROR_USAGE, "%s: %s is missing", entry->where, key);
    return value;
}

static struct credential *add_entry(const struct entry *entry, enum credential_kind kind,
                                    struct error *error)
{
    return error->kind == ERROR_NONE
               ? config_add_credential(entry->request, kind, entry->where, error)
               : NULL;
}

static void read_client_secret(const struct entry *entry, struct error *error)
{
    const char *secret = get_string(entry, "ClientSecret", error);
    if (secret == NULL)
        secret = config_variable(entry->config, "AZURE_CLIENT_SECRET");
    if (secret == NULL)
        secret = require_string(entry, "ClientSecret", error);
    struct credential *credential = add_entry(entry, CREDENTIAL_CLIENT_SECRET, error);
    if (credential != NULL)
        credential->secret = secret_from_text(secret);
}

static void read_client_secret_path(const struct entry *entry, struct error *error)
{
    const char *path = require_string(entry, "ClientSecretPath", error);
    struct credential *credential = add_entry(entry, CREDENTIAL_CLIENT_SECRET_FILE, error);
    if (credential != NULL)
        credential->path = config_copy(path);
}

static void read_keyring(const struct entry *entry, struct error *error)
{
    add_entry(entry, CREDENTIAL_KEYRING, error);
}

static void read_certificate(const struct entry *entry, const char *path, const char *key_path,
                             const char *base64, struct error *error)
{
    const char *password = get_string(entry, "CertificatePassword", error);
    if (password == NULL)
        password = config_variable(entry->config, "AZURE_CLIENT_CERTIFICATE_PASSWORD");
    struct credential *credential = add_entry(entry, CREDENTIAL_CERTIFICATE, error);
    if (credential == NULL)
        return;
    credential->path = config_copy(path);
    credential->key_path = config_copy(key_path);
    credential->secret = secret_from_text(base64);
    credential->password = secret_from_text(password);
}

static void read_certificate_path(const struct entry *entry, struct error *error)
{
    const char *path = get_string(entry, "CertificateDiskPath", error);
    const char *key_path = get_string(entry, "CertificateKeyDiskPath", error);
    if (path == NULL && key_path == NULL)
        key_path = config_variable(entry->config, "ENTRA_CLIENT_CERTIFICATE_KEY_PATH");
    if (path == NULL)
        path = config_variable(entry->config, "AZURE_CLIENT_CERTIFICATE_PATH");
    if (path == NULL && error->kind == ERROR_NONE)
        error_set(
            error, ERROR_USAGE,
            "%s: CertificateDiskPath is missing, and AZURE_CLIENT_CERTIFICATE_PATH is not set",
            entry->where);
    read_certificate(entry, path, key_path, NULL, error);
}

static void read_certificate_base64(const struct entry *entry, struct error *error)
{
    const char *base64 = require_string(entry, "Base64EncodedValue", error);
    read_certificate(entry, NULL, get_string(entry, "CertificateKeyDiskPath", error), base64,
                     error);
}

static void read_assertion_file(const struct entry *entry, struct error *error)
{
    const char *path = get_string(entry, "SignedAssertionFileDiskPath", error);
    if (path == NULL)
        path = config_variable(entry->config, "AZURE_FEDERATED_TOKEN_FILE");
    if (path == NULL && error->kind == ERROR_NONE)
        error_set(error, ERROR_USAGE,
                  "%s: SignedAssertionFileDiskPath is missing, and AZURE_FEDERATED_TOKEN_FILE is "
                  "not set",
                  entry->where);
    struct credential *credential = add_entry(entry, CREDENTIAL_ASSERTION_FILE, error);
    if (credential != NULL)
        credential->path = config_copy(path);
}

/* An array of strings is a program and its arguments; one string is a program without any. */
static char **copy_command(json_object *words)
{
    bool one = json_object_is_type(words, json_type_string);
    size_t count = one ? 1 : json_object_array_length(words);
    char **command = calloc(count + 1, sizeof *command);
    for (size_t i = 0; i < count; i++)
        command[i] =
            config_copy(json_object_get_string(one ? words : json_object_array_get_idx(words, i)));
    return command;
}

static void read_assertion_command(const struct entry *entry, struct error *error)
{
    json_object *words = config_member(entry->section.object, "SignedAssertionCommand");
    if (words == NULL ||
        (json_object_is_type(words, json_type_array) && json_object_array_length(words) == 0)) {
        error_set(error, ERROR_USAGE, "%s: SignedAssertionCommand is missing", entry->where);
        return;
    }
    struct credential *credential = add_entry(entry, CREDENTIAL_ASSERTION_COMMAND, error);
    if (credential != NULL)
        credential->command = copy_command(words);
}

/* TokenExchangeUrl may be given as a scope, which MSAL takes too: without its suffix, it is the
 * audience ("AcquireTokenForManagedIdentity"). */
static char *audience_of(const char *text)
{
    const char *suffix = "/.default";
    if (text == NULL)
        return NULL;
    size_t length = strlen(text), cut = strlen(suffix);
    bool is_scope = length > cut && strcmp(text + length - cut, suffix) == 0;
    return strndup(text, is_scope ? length - cut : length);
}

static void read_github_actions(const struct entry *entry, struct error *error)
{
    const char *audience = get_string(entry, "TokenExchangeUrl", error);
    struct credential *credential = add_entry(entry, CREDENTIAL_GITHUB_ACTIONS, error);
    if (credential != NULL)
        credential->audience = audience_of(audience);
}

static void read_azure_pipelines(const struct entry *entry, struct error *error)
{
    const char *connection = get_string(entry, "ServiceConnectionId", error);
    if (connection == NULL)
        connection = environment("AZURESUBSCRIPTION_SERVICE_CONNECTION_ID");
    if (connection == NULL && error->kind == ERROR_NONE)
        error_set(error, ERROR_USAGE,
                  "%s: ServiceConnectionId is missing, and AZURESUBSCRIPTION_SERVICE_CONNECTION_ID "
                  "is not set",
                  entry->where);
    struct credential *credential = add_entry(entry, CREDENTIAL_AZURE_PIPELINES, error);
    if (credential != NULL)
        credential->id = config_copy(connection);
}

static void read_assertion_identity(const struct entry *entry, struct error *error)
{
    const char *id = get_string(entry, "ManagedIdentityClientId", error);
    const char *audience = get_string(entry, "TokenExchangeUrl", error);
    struct credential *credential = add_entry(entry, CREDENTIAL_ASSERTION_IDENTITY, error);
    if (credential == NULL)
        return;
    credential->id = config_copy(id);
    credential->id_kind = id != NULL ? IDENTITY_CLIENT_ID : IDENTITY_SYSTEM;
    if (id != NULL) {
        struct config_path path = config_path_to(&entry->section.path, "ManagedIdentityClientId");
        char where[CONFIG_WHERE_MAX];
        credential->id_from =
            text_format("%s: ManagedIdentityClientId", config_where(entry->config, &path, where));
    }
    credential->audience = audience_of(audience);
}

#define EXPORT_IT                                                                                  \
    "Export the certificate with its key into a PKCS#12 or PEM file and use the SourceType Path."
#define FROM_VAULT                                                                                 \
    "Use SignedAssertionFromManagedIdentity, or fetch the certificate into a file and use Path."
#define VAULT   "Azure Key Vault"
#define WINDOWS "the certificate store of Windows"
#define DOTNET  "programs in .NET"

/* The SourceTypes of Microsoft.Identity.Abstractions' CredentialSource, and ours (the last five).
 */
static const struct source_type {
    const char *name;
    void (*read)(const struct entry *entry, struct error *error);
    const char *home, *hint; /* if read is NULL: where it belongs, and what to use instead */
} source_types[] = {
    { "ClientSecret", read_client_secret, NULL, NULL },
    { "Path", read_certificate_path, NULL, NULL },
    { "Base64Encoded", read_certificate_base64, NULL, NULL },
    { "SignedAssertionFilePath", read_assertion_file, NULL, NULL },
    { "SignedAssertionFromManagedIdentity", read_assertion_identity, NULL, NULL },
    { "KeyVault", NULL, VAULT, FROM_VAULT },
    { "SignedAssertionFromVault", NULL, VAULT, FROM_VAULT },
    { "StoreWithThumbprint", NULL, WINDOWS, EXPORT_IT },
    { "StoreWithDistinguishedName", NULL, WINDOWS, EXPORT_IT },
    { "Certificate", NULL, DOTNET, EXPORT_IT },
    { "AutoDecryptKeys", NULL, "web apps", "Leave it out." },
    { "CustomSignedAssertion", NULL, DOTNET, "Use SignedAssertionCommand." },
    { "ClientSecretPath", read_client_secret_path, NULL, NULL },
    { "Keyring", read_keyring, NULL, NULL },
    { "SignedAssertionCommand", read_assertion_command, NULL, NULL },
    { "GitHubActions", read_github_actions, NULL, NULL },
    { "AzurePipelines", read_azure_pipelines, NULL, NULL },
};

static bool read_entry(struct entry *entry, struct error *error)
{
    const char *type = require_string(entry, "SourceType", error);
    if (type == NULL)
        return false;
    struct suggestion nearest = suggest_for(type);
    for (size_t i = 0; i < ARRAY_SIZE(source_types); i++) {
        suggest_consider(&nearest, source_types[i].name);
        if (strcasecmp(type, source_types[i].name) != 0)
            continue;
        if (source_types[i].read != NULL) {
            source_types[i].read(entry, error);
        } else {
            struct credential *credential = add_entry(entry, CREDENTIAL_UNAVAILABLE, error);
            if (credential != NULL) {
                credential->id = config_copy(source_types[i].name);
                credential->home = source_types[i].home;
                credential->hint = source_types[i].hint;
            }
        }
        return error->kind == ERROR_NONE;
    }
    error_set(error, ERROR_USAGE, "%s: unknown SourceType '%.60s'%s", entry->where, type,
              suggest_question(&nearest, ""));
    return error_hint(error, "entra-appsettings(5) lists them.");
}

static bool read_list(const struct config *config, const struct section *identity, const char *key,
                      struct token_request *request, struct error *error)
{
    json_object *list = config_member(identity->object, key);
    size_t count = list != NULL ? json_object_array_length(list) : 0;
    struct config_path path = config_path_to(&identity->path, key);
    for (size_t i = 0; i < count; i++) {
        char index[24];
        snprintf(index, sizeof index, "%zu", i);
        struct entry entry = { .config = config,
                               .section = { json_object_array_get_idx(list, i),
                                            config_path_to(&path, index) },
                               .request = request };
        config_where(config, &entry.section.path, entry.where);
        if (!read_entry(&entry, error))
            return false;
    }
    return true;
}

/* ClientSecret and ClientSecretPath of the identity itself, if it has them. */
static void read_own(const struct config *config, const struct section *identity,
                     struct token_request *request, struct error *error)
{
    static const struct {
        const char *key;
        void (*read)(const struct entry *entry, struct error *error);
    } own[] = { { "ClientSecret", read_client_secret },
                { "ClientSecretPath", read_client_secret_path } };
    for (size_t i = 0; i < ARRAY_SIZE(own); i++) {
        struct entry entry = { .config = config, .section = *identity, .request = request };
        struct config_path path = config_path_to(&identity->path, own[i].key);
        if (get_string(&entry, own[i].key, error) == NULL)
            continue;
        config_where(config, &path, entry.where);
        own[i].read(&entry, error);
    }
}

bool config_fill_file_credentials(const struct config *config, const struct section *identity,
                                  struct token_request *request, struct error *error)
{
    read_own(config, identity, request, error);
    return error->kind == ERROR_NONE &&
           read_list(config, identity, "ClientCredentials", request, error) &&
           read_list(config, identity, "ClientCertificates", request, error);
}
