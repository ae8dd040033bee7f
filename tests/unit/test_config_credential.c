/* SPDX-License-Identifier: MIT */
/* The credentials of an app: those of the file, or of the environment. */
#define _GNU_SOURCE
#include "tests/unit/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/array.h"
#include "common/base/cleanup.h"

#define NONE ((struct options){ 0 })
#define API  "'Api':{'Scopes':['api://a/.default']}"

/* Makes a request from a configuration whose identity has these members, each on its own line. */
static struct asked ask_identity(const char *members)
{
    autofree char *text = NULL;
    if (asprintf(&text, "{'AzureAd':{'TenantId':'t','ClientId':'c',\n%s}," API "}", members) < 0)
        abort();
    return ask(text, NONE);
}

static struct asked ask_entry(const char *entry)
{
    autofree char *members = NULL;
    if (asprintf(&members, "'ClientCredentials':[\n{%s}]", entry) < 0)
        abort();
    return ask_identity(members);
}

static const char *text_of(const struct secret *secret)
{
    return secret != NULL ? secret->bytes : "";
}

static const char *or_empty(const char *text)
{
    return text != NULL ? text : "";
}

/* ---- entries of ClientCredentials ---- */

static void every_source_type_has_its_kind(void **state)
{
    (void)state;
    static const struct {
        const char *entry;
        enum credential_kind kind;
        const char *path, *key_path, *secret, *password, *id, *audience;
    } cases[] = {
        { "'SourceType':'ClientSecret','ClientSecret':'s3cret'", CREDENTIAL_CLIENT_SECRET, "", "",
          "s3cret", "", "", "" },
        { "'SourceType':'clientsecret','ClientSecret':'s3cret'", CREDENTIAL_CLIENT_SECRET, "", "",
          "s3cret", "", "", "" },
        { "'SourceType':'ClientSecretPath','ClientSecretPath':'/run/secret'",
          CREDENTIAL_CLIENT_SECRET_FILE, "/run/secret", "", "", "", "", "" },
        { "'SourceType':'Keyring'", CREDENTIAL_KEYRING, "", "", "", "", "", "" },
        { "'SourceType':'Path','CertificateDiskPath':'/etc/app.pem'", CREDENTIAL_CERTIFICATE,
          "/etc/app.pem", "", "", "", "", "" },
        { "'SourceType':'Path','CertificateDiskPath':'/etc/app.pem','CertificateKeyDiskPath':"
          "'/etc/app.key','CertificatePassword':'p4ss'",
          CREDENTIAL_CERTIFICATE, "/etc/app.pem", "/etc/app.key", "", "p4ss", "", "" },
        { "'SourceType':'Base64Encoded','Base64EncodedValue':'TUlJ'", CREDENTIAL_CERTIFICATE, "",
          "", "TUlJ", "", "", "" },
        { "'SourceType':'SignedAssertionFilePath','SignedAssertionFileDiskPath':'/run/token'",
          CREDENTIAL_ASSERTION_FILE, "/run/token", "", "", "", "", "" },
        { "'SourceType':'SignedAssertionFromManagedIdentity'", CREDENTIAL_ASSERTION_IDENTITY, "",
          "", "", "", "", "" },
        { "'SourceType':'SignedAssertionFromManagedIdentity','ManagedIdentityClientId':'m',"
          "'TokenExchangeUrl':'api://x'",
          CREDENTIAL_ASSERTION_IDENTITY, "", "", "", "", "m", "api://x" },
        { "'SourceType':'GitHubActions','TokenExchangeUrl':'api://x'", CREDENTIAL_GITHUB_ACTIONS,
          "", "", "", "", "", "api://x" },
        { "'SourceType':'GitHubActions','TokenExchangeUrl':'api://x/.default'",
          CREDENTIAL_GITHUB_ACTIONS, "", "", "", "", "", "api://x" },
        { "'SourceType':'SignedAssertionFromManagedIdentity','TokenExchangeUrl':'api://x/.default'",
          CREDENTIAL_ASSERTION_IDENTITY, "", "", "", "", "", "api://x" },
        { "'SourceType':'AzurePipelines','ServiceConnectionId':'k'", CREDENTIAL_AZURE_PIPELINES, "",
          "", "", "", "k", "" },
        { "'SourceType':'KeyVault'", CREDENTIAL_UNAVAILABLE, "", "", "", "", "KeyVault", "" },
        { "'SourceType':'StoreWithThumbprint'", CREDENTIAL_UNAVAILABLE, "", "", "", "",
          "StoreWithThumbprint", "" },
        { "'SourceType':'StoreWithDistinguishedName'", CREDENTIAL_UNAVAILABLE, "", "", "", "",
          "StoreWithDistinguishedName", "" },
        { "'SourceType':'SignedAssertionFromVault'", CREDENTIAL_UNAVAILABLE, "", "", "", "",
          "SignedAssertionFromVault", "" },
        { "'SourceType':'CustomSignedAssertion'", CREDENTIAL_UNAVAILABLE, "", "", "", "",
          "CustomSignedAssertion", "" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        auto_asked struct asked asked = ask_entry(cases[i].entry);
        const struct credential *credential = &asked.request.credentials[0];
        assert_string_equal(asked.error.message, "");
        assert_int_equal(asked.request.credential_count, 1);
        assert_int_equal(credential->kind, cases[i].kind);
        assert_string_equal(or_empty(credential->path), cases[i].path);
        assert_string_equal(or_empty(credential->key_path), cases[i].key_path);
        assert_string_equal(text_of(credential->secret), cases[i].secret);
        assert_string_equal(text_of(credential->password), cases[i].password);
        assert_string_equal(or_empty(credential->id), cases[i].id);
        assert_string_equal(or_empty(credential->audience), cases[i].audience);
        assert_has(credential->where, ":3");
        if (credential->kind == CREDENTIAL_UNAVAILABLE)
            assert_string_not_equal(or_empty(credential->hint), "");
    }
}

static void a_command_is_a_program_and_its_arguments(void **state)
{
    (void)state;
    auto_asked struct asked asked = ask_entry(
        "'SourceType':'SignedAssertionCommand','SignedAssertionCommand':['get-token','-x','a b']");
    char **command = asked.request.credentials[0].command;
    assert_string_equal(command[0], "get-token");
    assert_string_equal(command[1], "-x");
    assert_string_equal(command[2], "a b");
    assert_null(command[3]);

    auto_asked struct asked one =
        ask_entry("'SourceType':'SignedAssertionCommand','SignedAssertionCommand':'get-token -x'");
    assert_string_equal(one.request.credentials[0].command[0],
                        "get-token -x"); /* without a shell */
    assert_null(one.request.credentials[0].command[1]);
}

static void the_error_for_an_incomplete_entry_has_its_line(void **state)
{
    (void)state;
    static const struct {
        const char *entry, *message;
    } cases[] = {
        { "", ":3: SourceType is missing" },
        { "'SourceType':'Magic'", ":3: unknown SourceType 'Magic'" },
        { "'SourceType':'ClientSecretPath'", ":3: ClientSecretPath is missing" },
        { "'SourceType':'Path'", ":3: CertificateDiskPath is missing" },
        { "'SourceType':'Base64Encoded'", ":3: Base64EncodedValue is missing" },
        { "'SourceType':'SignedAssertionFilePath'", ":3: SignedAssertionFileDiskPath is missing" },
        { "'SourceType':'SignedAssertionCommand'", ":3: SignedAssertionCommand is missing" },
        { "'SourceType':'SignedAssertionCommand','SignedAssertionCommand':[]",
          ":3: SignedAssertionCommand is missing" },
        { "'SourceType':'AzurePipelines'", ":3: ServiceConnectionId is missing" },
        { "'SourceType':'Path','CertificateDiskPath':'[Enter the path]'",
          ":3: CertificateDiskPath still has the placeholder of the sample file" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        auto_asked struct asked asked = ask_entry(cases[i].entry);
        assert_error(&asked.error, ERROR_USAGE, cases[i].message);
    }
}

static void the_environment_completes_some_entries(void **state)
{
    (void)state;
    setenv("AZURE_FEDERATED_TOKEN_FILE", "/run/token", 1);
    setenv("AZURESUBSCRIPTION_SERVICE_CONNECTION_ID", "k", 1);
    setenv("AZURE_CLIENT_SECRET", "s3cret", 1);
    auto_asked struct asked file = ask_entry("'SourceType':'SignedAssertionFilePath'");
    assert_string_equal(or_empty(file.request.credentials[0].path), "/run/token");
    auto_asked struct asked pipelines = ask_entry("'SourceType':'AzurePipelines'");
    assert_string_equal(or_empty(pipelines.request.credentials[0].id), "k");
    setenv("AZURE_CLIENT_CERTIFICATE_PATH", "/etc/app.pem", 1);
    setenv("ENTRA_CLIENT_CERTIFICATE_KEY_PATH", "handle:1", 1);
    auto_asked struct asked certificate = ask_entry("'SourceType':'Path'");
    assert_string_equal(or_empty(certificate.request.credentials[0].path), "/etc/app.pem");
    assert_string_equal(or_empty(certificate.request.credentials[0].key_path), "handle:1");
    auto_asked struct asked own = ask_entry("'SourceType':'Path','CertificateDiskPath':'/own.pem'");
    assert_string_equal(or_empty(own.request.credentials[0].path), "/own.pem");
    assert_string_equal(or_empty(own.request.credentials[0].key_path), "");
    auto_asked struct asked secret = ask_entry("'SourceType':'ClientSecret'");
    assert_string_equal(text_of(secret.request.credentials[0].secret), "s3cret");
}

/* ---- several credentials ---- */

static void credentials_keep_their_order(void **state)
{
    (void)state;
    auto_asked struct asked asked = ask_identity(
        "'ClientCertificates':[{'SourceType':'Base64Encoded','Base64EncodedValue':'d'}],\n"
        "'ClientCredentials':[{'SourceType':'Keyring'},\n"
        "{'SourceType':'ClientSecret','ClientSecret':'c'}],\n"
        "'ClientSecretPath':'b',\n'ClientSecret':'a'");
    assert_string_equal(asked.error.message, "");
    static const enum credential_kind kinds[] = {
        CREDENTIAL_CLIENT_SECRET, CREDENTIAL_CLIENT_SECRET_FILE, CREDENTIAL_KEYRING,
        CREDENTIAL_CLIENT_SECRET, CREDENTIAL_CERTIFICATE,
    };
    assert_int_equal(asked.request.credential_count, ARRAY_SIZE(kinds));
    for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
        assert_int_equal(asked.request.credentials[i].kind, kinds[i]);
}

static void there_are_at_most_eight_credentials(void **state)
{
    (void)state;
#define KEYRING "{'SourceType':'Keyring'}"
#define FOUR    KEYRING "," KEYRING "," KEYRING "," KEYRING
    auto_asked struct asked eight = ask_identity("'ClientCredentials':[" FOUR "," FOUR "]");
    assert_int_equal(eight.request.credential_count, CREDENTIALS_MAX);
    assert_true(eight.ok);
    auto_asked struct asked nine =
        ask_identity("'ClientCredentials':[" FOUR "," FOUR ",\n" KEYRING "]");
    assert_error(&nine.error, ERROR_USAGE, ":3: more than 8 client credentials");
}

static void each_credential_knows_its_place_in_the_file(void **state)
{
    (void)state;
    auto_asked struct asked by_secret = ask_identity("'ClientSecret':'s'");
    assert_has(by_secret.request.credentials[0].where, ":2");
    setenv("AzureAd__ClientSecret", "s", 1);
    auto_asked struct asked by_variable = ask_identity("'ClientSecret':'s'");
    assert_string_equal(by_variable.request.credentials[0].where,
                        "the environment variable AzureAd__ClientSecret");
}

static void a_client_secret_knows_its_place_in_the_file(void **state)
{
    (void)state;
    auto_asked struct asked asked = ask_identity("'ClientSecretPath':'/run/secret'");
    assert_has(asked.request.credentials[0].where, ":2");
}

static void the_certificate_chain_is_sent_if_the_identity_says_so(void **state)
{
    (void)state;
    auto_asked struct asked with = ask_identity(
        "'SendX5C':true,'ClientCredentials':[{'SourceType':'Path','CertificateDiskPath':'p'}]");
    assert_true(with.request.credentials[0].send_x5c);
    auto_asked struct asked without =
        ask_identity("'ClientCredentials':[{'SourceType':'Path','CertificateDiskPath':'p'}]");
    assert_false(without.request.credentials[0].send_x5c);
}

/* ---- the environment ---- */

static void a_secret_in_the_environment_precedes_a_certificate_and_that_a_token(void **state)
{
    (void)state;
    setenv("AZURE_FEDERATED_TOKEN_FILE", "/run/token", 1);
    auto_asked struct asked token = ask_identity("'SendX5C':false");
    assert_int_equal(token.request.credentials[0].kind, CREDENTIAL_ASSERTION_FILE);
    assert_string_equal(token.request.credentials[0].path, "/run/token");
    assert_string_equal(token.request.credentials[0].where, "AZURE_FEDERATED_TOKEN_FILE");

    setenv("AZURE_CLIENT_CERTIFICATE_PATH", "/etc/app.pem", 1);
    setenv("AZURE_CLIENT_CERTIFICATE_PASSWORD", "p4ss", 1);
    auto_asked struct asked certificate = ask_identity("'SendX5C':false");
    assert_int_equal(certificate.request.credentials[0].kind, CREDENTIAL_CERTIFICATE);
    assert_string_equal(certificate.request.credentials[0].path, "/etc/app.pem");
    assert_string_equal(text_of(certificate.request.credentials[0].password), "p4ss");

    setenv("AZURE_CLIENT_SECRET", "s3cret", 1);
    auto_asked struct asked secret = ask_identity("'SendX5C':false");
    assert_int_equal(secret.request.credential_count, 1);
    assert_int_equal(secret.request.credentials[0].kind, CREDENTIAL_CLIENT_SECRET);
    assert_string_equal(text_of(secret.request.credentials[0].secret), "s3cret");
}

static void the_environment_may_turn_on_the_chain(void **state)
{
    (void)state;
    static const struct {
        const char *value;
        bool sent;
    } cases[] = { { "1", true },      { "true", true }, { "True", true }, { "0", false },
                  { "false", false }, { "", false },    { "yes", false } };
    setenv("AZURE_CLIENT_CERTIFICATE_PATH", "/etc/app.pem", 1);
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        setenv("AZURE_CLIENT_SEND_CERTIFICATE_CHAIN", cases[i].value, 1);
        auto_asked struct asked asked = ask_identity("'SendX5C':false");
        assert_int_equal(asked.request.credentials[0].send_x5c, cases[i].sent);
    }
}

/* The file of these tests is one of /proc/self/fd. */
static void a_relative_path_is_below_the_files_folder(void **state)
{
    (void)state;
    static const char *const entries[] = {
        "'SourceType':'Path','CertificateDiskPath':'app.file'",
        "'SourceType':'ClientSecretPath','ClientSecretPath':'app.file'",
        "'SourceType':'SignedAssertionFilePath','SignedAssertionFileDiskPath':'app.file'",
    };
    for (size_t i = 0; i < ARRAY_SIZE(entries); i++) {
        auto_asked struct asked asked = ask_entry(entries[i]);
        assert_string_equal(asked.request.credentials[0].path, "/proc/self/fd/app.file");
    }
    auto_asked struct asked uri =
        ask_entry("'SourceType':'Path','CertificateDiskPath':'pkcs11:object=app'");
    assert_string_equal(uri.request.credentials[0].path, "pkcs11:object=app");
}

static void a_secret_in_a_file_may_be_below_systemds_folder(void **state)
{
    (void)state;
    setenv("CREDENTIALS_DIRECTORY", "/run/credentials/app", 1);
    auto_asked struct asked file =
        ask_entry("'SourceType':'ClientSecretPath','ClientSecretPath':'secret'");
    assert_string_equal(file.request.credentials[0].path, "/run/credentials/app/secret");
    setenv("AzureAd__ClientSecretPath", "another", 1);
    auto_asked struct asked variable = ask_identity("'Instance':''");
    assert_string_equal(variable.request.credentials[0].path, "/run/credentials/app/another");
}

static void credentials_of_the_file_take_precedence_over_the_environment(void **state)
{
    (void)state;
    setenv("AZURE_CLIENT_SECRET", "environment", 1);
    setenv("AZURE_FEDERATED_TOKEN_FILE", "/run/token", 1);
    auto_asked struct asked asked = ask_entry("'SourceType':'Keyring'");
    assert_int_equal(asked.request.credential_count, 1);
    assert_int_equal(asked.request.credentials[0].kind, CREDENTIAL_KEYRING);
}

/* ---- without a credential ---- */

static void an_app_without_a_credential_cannot_get_an_app_token(void **state)
{
    (void)state;
    auto_asked struct asked asked =
        ask("{'AzureAd':{'TenantId':'t','ClientId':'c'},'Api':{'Scopes':['api://a/.default'],"
            "'RequestAppToken':true}}",
            NONE);
    assert_error(&asked.error, ERROR_USAGE, "the app c has no client credential");
}

static void without_a_credential_or_with_request_app_token_false_it_is_a_user_token(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "{'AzureAd':{'TenantId':'t','ClientId':'c'}," API "}",
        "{'AzureAd':{'TenantId':'t','ClientId':'c','ClientSecret':'s'},'Api':{'Scopes':"
        "['api://a/.default'],'RequestAppToken':false}}",
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        auto_asked struct asked asked = ask(cases[i], NONE);
        assert_true(asked.ok);
        assert_true(asked.request.for_user);
        assert_int_equal(asked.request.credential_count, 0);
    }
}

/* ---- managed identities ---- */

#define GUID "97e0a5b7-d745-40b6-94fe-5f77d35c6e05"

static void an_api_may_use_a_managed_identity(void **state)
{
    (void)state;
    static const struct {
        const char *managed;
        enum identity_id kind;
        const char *id, *client_id;
    } cases[] = {
        { "{}", IDENTITY_SYSTEM, "", "system-assigned" },
        { "{'UserAssignedClientId':'" GUID "'}", IDENTITY_CLIENT_ID, GUID, GUID },
        { "{'UserAssignedObjectId':'o'}", IDENTITY_OBJECT_ID, "o", "o" },
        { "{'UserAssignedResourceId':'/subscriptions/r'}", IDENTITY_RESOURCE_ID, "/subscriptions/r",
          "/subscriptions/r" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        autofree char *text = NULL;
        if (asprintf(&text,
                     "{'AzureAd':{'TenantId':'t','ClientId':'c','ClientSecret':'s'},'Api':"
                     "{'Scopes':['api://a/.default'],'AcquireTokenOptions':{'ManagedIdentity':%s}"
                     "}}",
                     cases[i].managed) < 0)
            fail();
        auto_asked struct asked asked = ask(text, NONE);
        assert_string_equal(asked.error.message, "");
        assert_int_equal(asked.request.credential_count, 1);
        assert_int_equal(asked.request.credentials[0].kind, CREDENTIAL_MANAGED_IDENTITY);
        assert_int_equal(asked.request.credentials[0].id_kind, cases[i].kind);
        assert_string_equal(or_empty(asked.request.credentials[0].id), cases[i].id);
        assert_string_equal(asked.request.client_id, cases[i].client_id);
    }
}

static struct asked ask_machine(void)
{
    return ask("{" API "}", (struct options){ .managed_identity = true });
}

/* Otherwise one could get a token of another. */
static void a_managed_identity_is_identified_by_its_service(void **state)
{
    (void)state;
    auto_asked struct asked imds = ask_machine();
    assert_string_equal(imds.request.instance,
                        "http://169.254.169.254/metadata/identity/oauth2/token");
    setenv("AZURE_POD_IDENTITY_AUTHORITY_HOST", "http://127.0.0.1:40/", 1);
    auto_asked struct asked elsewhere = ask_machine();
    assert_string_equal(elsewhere.request.instance,
                        "http://127.0.0.1:40/metadata/identity/oauth2/token");
    setenv("MSI_ENDPOINT", "http://127.0.0.1:41/token", 1);
    auto_asked struct asked shell = ask_machine();
    assert_string_equal(shell.request.instance, "http://127.0.0.1:41/token");
    assert_string_equal(shell.request.tenant, "managed-identity");
}

static void secrets_in_the_url_of_the_service_are_not_shown(void **state)
{
    (void)state;
    setenv("MSI_ENDPOINT", "http://127.0.0.1:41/token?key=s3cret#s3cret", 1);
    auto_asked struct asked query = ask_machine();
    assert_string_equal(query.request.instance, "http://127.0.0.1:41/token");
    setenv("MSI_ENDPOINT", "http://ada:s3cret@127.0.0.1:41/token", 1);
    auto_asked struct asked user = ask_machine();
    assert_string_equal(user.request.instance, "Cloud Shell");
    setenv("MSI_ENDPOINT", "http://127.0.0.1:41/\r\n\xff", 1);
    auto_asked struct asked broken = ask_machine();
    assert_string_equal(broken.request.instance, "http://127.0.0.1:41/___");
}

static void a_service_may_have_a_default_identity(void **state)
{
    (void)state;
    setenv("DEFAULT_IDENTITY_CLIENT_ID", "default", 1);
    auto_asked struct asked imds = ask_machine();
    assert_null(imds.request.credentials[0].id);
    setenv("MSI_ENDPOINT", "http://127.0.0.1:41/token", 1);
    setenv("MSI_SECRET", "key", 1);
    auto_asked struct asked asked = ask_machine();
    assert_string_equal(asked.request.client_id, "default");
    assert_string_equal(asked.request.credentials[0].id, "default");
    assert_int_equal(asked.request.credentials[0].id_kind, IDENTITY_CLIENT_ID);
    auto_asked struct asked named =
        ask("{" API "}", (struct options){ .managed_identity = true, .client_id = GUID });
    assert_string_equal(named.request.client_id, GUID);
}

static void a_flag_may_select_a_managed_identity(void **state)
{
    (void)state;
    auto_asked struct asked asked =
        ask("{" API "}", (struct options){ .managed_identity = true, .client_id = GUID });
    assert_int_equal(asked.request.credentials[0].kind, CREDENTIAL_MANAGED_IDENTITY);
    assert_string_equal(asked.request.credentials[0].id, GUID);
    auto_asked struct asked system = ask("{" API "}", (struct options){ .managed_identity = true });
    assert_null(system.request.credentials[0].id);
    assert_false(system.request.unconfigured);
}

static void without_an_identity_a_managed_identity_is_tried(void **state)
{
    (void)state;
    auto_asked struct asked asked = ask("{" API "}", NONE);
    assert_true(asked.ok);
    assert_true(asked.request.unconfigured);
    assert_int_equal(asked.request.credentials[0].kind, CREDENTIAL_MANAGED_IDENTITY);
    setenv("AZURE_CLIENT_ID", GUID, 1);
    auto_asked struct asked named = ask("{" API "}", NONE);
    assert_string_equal(named.request.credentials[0].id, GUID);
}

static void with_any_identity_a_managed_identity_is_not_tried(void **state)
{
    (void)state;
    static const struct options cases[] = { { .tenant = "t" },
                                            { .client_id = "c" },
                                            { .authority = "https://login.example/t" } };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        auto_asked struct asked asked = ask("{" API "}", cases[i]);
        assert_true(asked.request.for_user);
        assert_false(asked.request.unconfigured);
    }
    auto_asked struct asked file = ask("{'AzureAd':{'TenantId':'t'}," API "}", NONE);
    assert_true(file.request.for_user);
    setenv("AZURE_TENANT_ID", "t", 1);
    auto_asked struct asked variable = ask("{" API "}", NONE);
    assert_true(variable.request.for_user);
}

static void the_variable_names_a_managed_identity_that_nothing_else_names(void **state)
{
    (void)state;
    setenv("AZURE_CLIENT_ID", GUID, 1);
    auto_asked struct asked asked = ask_machine();
    assert_string_equal(asked.request.credentials[0].id, GUID);
    assert_string_equal(asked.request.credentials[0].id_from, "AZURE_CLIENT_ID");
    auto_asked struct asked file =
        ask("{'Api':{'Scopes':['api://a/.default'],'AcquireTokenOptions':{'ManagedIdentity':"
            "{'UserAssignedResourceId':'/r'}}}}",
            NONE);
    assert_string_equal(file.request.credentials[0].id, "/r");
}

static void a_client_id_that_is_no_guid_is_refused(void **state)
{
    (void)state;
    static const char *const ids[] = { "a&b=c", "foo", "/subscriptions/s" };
    for (size_t i = 0; i < ARRAY_SIZE(ids); i++) {
        auto_asked struct asked asked =
            ask("{" API "}", (struct options){ .managed_identity = true, .client_id = ids[i] });
        assert_error(&asked.error, ERROR_USAGE, "is not the client id of a managed identity");
    }
    setenv("AZURE_CLIENT_ID", "foo", 1);
    auto_asked struct asked asked = ask("{" API "}", NONE);
    assert_error(&asked.error, ERROR_USAGE, "AZURE_CLIENT_ID: 'foo' is not the client id");
}

static void a_withheld_credential_is_at_the_endpoint(void **state)
{
    (void)state;
    static const char file[] = "{'AzureAd':{'TenantId':'t.example','ClientId':'c'},"
                               "'Api':{'Scopes':['api://a/.default']}}";
    const struct options none = { 0 };
    static const char *const names[] = { "AzureAd__ClientSecret", "AZURE_CLIENT_SECRET",
                                         "x,AZUREAD:ClientCredentials:0:ClientSecret,y" };
    for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
        setenv("ENTRA_WITHHELD", names[i], 1);
        auto_asked struct asked without = ask(file, none);
        assert_error(&without.error, ERROR_USAGE, "the credential of the app c is withheld");
        setenv("IDENTITY_ENDPOINT", "http://127.0.0.1:1/msi/token", 1);
        setenv("IDENTITY_HEADER", "secret", 1);
        auto_asked struct asked asked = ask(file, none);
        assert_string_equal(asked.error.message, "");
        assert_int_equal(asked.request.credentials[0].kind, CREDENTIAL_MANAGED_IDENTITY);
        assert_string_equal(asked.request.credentials[0].id, "c");
        assert_string_equal(asked.request.scope, "api://a/.default");
        assert_false(asked.request.for_user);
        unsetenv("IDENTITY_ENDPOINT");
        unsetenv("IDENTITY_HEADER");
    }
    setenv("ENTRA_WITHHELD", "Other__ClientSecret,AzureAd,,AZURE_PASSWORD", 1);
    auto_asked struct asked user = ask(file, none);
    assert_true(user.request.for_user);
    unsetenv("ENTRA_WITHHELD");
}

#define TEST(function) cmocka_unit_test_setup(function, clear_environment)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(every_source_type_has_its_kind),
        TEST(a_command_is_a_program_and_its_arguments),
        TEST(the_error_for_an_incomplete_entry_has_its_line),
        TEST(the_environment_completes_some_entries),
        TEST(credentials_keep_their_order),
        TEST(there_are_at_most_eight_credentials),
        TEST(each_credential_knows_its_place_in_the_file),
        TEST(a_client_secret_knows_its_place_in_the_file),
        TEST(the_certificate_chain_is_sent_if_the_identity_says_so),
        TEST(a_secret_in_the_environment_precedes_a_certificate_and_that_a_token),
        TEST(the_environment_may_turn_on_the_chain),
        TEST(a_relative_path_is_below_the_files_folder),
        TEST(a_secret_in_a_file_may_be_below_systemds_folder),
        TEST(credentials_of_the_file_take_precedence_over_the_environment),
        TEST(an_app_without_a_credential_cannot_get_an_app_token),
        TEST(without_a_credential_or_with_request_app_token_false_it_is_a_user_token),
        TEST(an_api_may_use_a_managed_identity),
        TEST(a_managed_identity_is_identified_by_its_service),
        TEST(secrets_in_the_url_of_the_service_are_not_shown),
        TEST(a_service_may_have_a_default_identity),
        TEST(a_flag_may_select_a_managed_identity),
        TEST(without_an_identity_a_managed_identity_is_tried),
        TEST(with_any_identity_a_managed_identity_is_not_tried),
        TEST(the_variable_names_a_managed_identity_that_nothing_else_names),
        TEST(a_client_id_that_is_no_guid_is_refused),
        TEST(a_withheld_credential_is_at_the_endpoint),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
