/* SPDX-License-Identifier: MIT */
/* The records that a keyring stores, which other programs of the user can change. The first line
 * chooses the kind: a token, an account with its refresh token, a typed credential, a client
 * secret. What is read can be stored, and is then read again. */
#include "common/base/deadline.h"
#include "common/base/module.h"
#include "common/store/account_store.h"
#include "common/store/client_secret_store.h"
#include "common/store/stored_credentials.h"
#include "common/store/token_store.h"
#include "tests/fuzz/fuzz.h"
#include "tests/unit/shelf.h"

static char instance[] = "https://login.microsoftonline.com", tenant[] = "contoso.onmicrosoft.com",
            client[] = "97e0a5b7-d745-40b6-94fe-5f77d35c6e05", scope[] = "https://x/.default",
            user[] = "adele@contoso.com";

const struct module *module_load(const char *file, struct error *error)
{
    (void)file, (void)error;
    return &shelf_module.module;
}

static void put(struct store *store, const struct keyring_key *key, const struct secret *record)
{
    struct error error = { 0 };
    HOLDS(store_put(store, key, "label", record, 0, deadline_in(1000), &error));
}

static void read_token(struct store *store, const struct secret *record)
{
    const struct token_request request = {
        .instance = instance, .tenant = tenant, .client_id = client, .scope = scope
    };
    const struct keyring_key key = { { { STORE_KIND, STORE_KIND_TOKEN },
                                       { STORE_AUTHORITY, instance },
                                       { STORE_TENANT, tenant },
                                       { STORE_CLIENT_ID, client },
                                       { STORE_ACCOUNT, "app" },
                                       { STORE_SCOPE, scope } } };
    auto_token struct token token = { 0 };
    auto_token struct token again = { 0 };
    struct error error = { 0 };
    put(store, &key, record);
    if (token_store_find(store, &request, deadline_in(1000), &token, &error) != KEYRING_FOUND)
        return;
    HOLDS(token_is_valid_text(token.access_token->bytes, token.access_token->length));
    HOLDS(token_store_keep(store, &request, &token, deadline_in(1000), &error));
    HOLDS(token_store_find(store, &request, deadline_in(1000), &again, &error) == KEYRING_FOUND);
    HOLDS(secret_equals(again.access_token, token.access_token->bytes, token.access_token->length));
    HOLDS(again.expires_on == token.expires_on && again.refresh_on == token.refresh_on);
    HOLDS(token_store_erase(store, &request, token.access_token->bytes, token.access_token->length,
                            deadline_in(1000), &error));
    HOLDS(shelf_count(STORE_KIND_TOKEN) == 0);
}

static void read_account(struct store *store, const struct secret *record)
{
    struct keyring_key key = { { { STORE_KIND, STORE_KIND_ACCOUNT },
                                 { STORE_AUTHORITY, instance },
                                 { STORE_USERNAME, ACCOUNT_DEFAULT } } };
    auto_token_request struct token_request request = { .instance = strdup(instance),
                                                        .tenant = strdup(tenant),
                                                        .client_id = strdup(client) };
    auto_account struct account account = { 0 };
    auto_account struct account again = { 0 };
    struct error error = { 0 };
    put(store, &key, record);
    if (account_store_resolve(store, &request, deadline_in(1000), &error) != KEYRING_FOUND)
        return;
    HOLDS(account_is_username(request.username));
    HOLDS(account_is_home_account_id(request.home_account_id));
    key = (struct keyring_key){ { { STORE_KIND, STORE_KIND_REFRESH_TOKEN },
                                  { STORE_AUTHORITY, instance },
                                  { STORE_CLIENT_ID, client },
                                  { STORE_ACCOUNT, request.home_account_id } } };
    put(store, &key, record);
    if (account_store_find(store, &request, deadline_in(1000), &account, &error) != KEYRING_FOUND)
        return;
    HOLDS(account_is_refresh_token(account.refresh_token->bytes, account.refresh_token->length));
    shelf_clear();
    account.family = false;
    HOLDS(account_store_keep(store, &request, &account, ACCOUNT_FOR_TENANT, deadline_in(1000),
                             &error));
    HOLDS(shelf_count(STORE_KIND_ACCOUNT) == 2 && shelf_count(STORE_KIND_REFRESH_TOKEN) == 1);
    HOLDS(account_store_find(store, &request, deadline_in(1000), &again, &error) == KEYRING_FOUND);
    HOLDS(secret_equals(again.refresh_token, account.refresh_token->bytes,
                        account.refresh_token->length));
    HOLDS(account_store_drop(store, &request, account.refresh_token, deadline_in(1000), &error));
    HOLDS(shelf_count(STORE_KIND_REFRESH_TOKEN) == 0);
}

static bool is_one_line(const struct secret *text)
{
    return text == NULL ||
           (strpbrk(text->bytes, "\r\n") == NULL && strlen(text->bytes) == text->length);
}

static bool size_is_even(const struct secret *record)
{
    return record->length % 2 == 0;
}

static void read_typed(struct store *store, const struct secret *record)
{
    const struct credential_place place = { .protocol = "https",
                                            .host = "dev.azure.com",
                                            .path = "contoso",
                                            .path_has_no_case = true,
                                            .username = user };
    const struct keyring_key key = { { { STORE_KIND, "git_credential" },
                                       { "scheme", "https" },
                                       { "host", "dev.azure.com" },
                                       { "path", "contoso" },
                                       { STORE_USERNAME, user } } };
    auto_stored_credential struct stored_credential found = { 0 };
    auto_stored_credential struct stored_credential again = { 0 };
    struct error error = { 0 };
    put(store, &key, record);
    if (stored_credentials_find(store, &place, size_is_even(record), deadline_in(1000), &found,
                                &error) != KEYRING_FOUND)
        return;
    HOLDS(found.password != NULL || (found.authtype != NULL && size_is_even(record)));
    HOLDS(is_one_line(found.username) && is_one_line(found.password));
    HOLDS(is_one_line(found.authtype) && is_one_line(found.credential));
    HOLDS(is_one_line(found.oauth_refresh_token));
    shelf_clear();
    HOLDS(stored_credentials_keep(store, &place, &found, deadline_in(1000), &error));
    if (shelf_count("git_credential") == 0)
        return; /* it was longer than anything that is typed */
    HOLDS(stored_credentials_find(store, &place, true, deadline_in(1000), &again, &error) ==
          KEYRING_FOUND);
    const struct secret *was = found.password != NULL ? found.password : found.credential;
    const struct secret *is = again.password != NULL ? again.password : again.credential;
    HOLDS(secret_equals(is, was->bytes, was->length) && again.expires_on == found.expires_on);
    HOLDS(stored_credentials_erase(store, &place, was->bytes, deadline_in(1000), &error));
    HOLDS(shelf_count("git_credential") == 0);
}

static void read_secret(struct store *store, const struct secret *record)
{
    auto_token_request struct token_request request = { .instance = strdup(instance),
                                                        .tenant = strdup(tenant),
                                                        .client_id = strdup(client),
                                                        .credential_count = 1 };
    struct credential *credential = &request.credentials[0];
    struct error error = { 0 };
    credential->kind = CREDENTIAL_KEYRING;
    HOLDS(client_secret_store_keep(store, &request, record, deadline_in(1000), &error));
    HOLDS(client_secret_store_fill(store, &request, deadline_in(1000), &error));
    HOLDS(credential->kind == CREDENTIAL_KEYRING ||
          strlen(credential->secret->bytes) == credential->secret->length);
    HOLDS(credential->kept && secret_equals(credential->secret, record->bytes, record->length));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static void (*const kinds[])(struct store *,
                                 const struct secret *) = { read_token, read_account, read_typed,
                                                            read_secret };
    struct fuzz_input input = fuzz_input(data, size);
    struct store store;
    struct error error = { 0 };
    autofree char *kind = fuzz_line(&input);
    auto_secret struct secret *record = fuzz_rest(&input);
    HOLDS(store_open(&store, "kernel", &error));
    if (kind != NULL)
        kinds[strtoul(kind, NULL, 10) % 4](&store, record);
    shelf_clear();
    return 0;
}
