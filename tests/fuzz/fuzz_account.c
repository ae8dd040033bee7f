/* SPDX-License-Identifier: MIT */
/* The record of an account in the keyring. */
#include "common/entra/account.h"
#include "common/store/default_account.h"
#include "tests/fuzz/fuzz.h"

static void check_account(const struct account *account)
{
    HOLDS(account_is_username(account->username));
    HOLDS(account_is_home_account_id(account->home_account_id));
}

static bool is_gone(const void *context, const char *home_account_id)
{
    return strcmp(context, home_account_id) == 0;
}

/* Whatever the record says of tenants, each has an account. */
static void check_default(const char *text, size_t size)
{
    static const char tenant[] = "c2a4e6f8-1b3d-4f5a-8c7e-9d0b1a2c3e4f";
    auto_default_account struct default_account def = { 0 };
    auto_account struct account there = { 0 }, left = { 0 };
    auto_secret struct secret *record = secret_new(text, size);
    HOLDS(default_account_read(record, &def));
    default_account_for(&def, tenant, &there);
    check_account(&there);
    auto_account struct account of_folder = { 0 };
    bool has_folder = default_account_for_folder(&def, "/k", tenant, &of_folder);
    HOLDS(has_folder == (of_folder.home_account_id != NULL));
    if (has_folder)
        check_account(&of_folder);
    HOLDS(default_account_forget_folder(&def, "/k") >= has_folder);
    auto_account struct account none = { 0 };
    HOLDS(!default_account_for_folder(&def, "/k", tenant, &none));
    default_account_prune(&def, is_gone, there.home_account_id);
    default_account_for(&def, tenant, &left);
    HOLDS(strcmp(left.home_account_id, def.account.home_account_id) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    auto_account struct account account = { 0 };
    auto_account struct account again = { 0 };
    struct error error = { 0 };
    autofree char *text = fuzz_copy(data, size, 0);
    if (!account_from_json(text, size, &account, &error))
        return 0;
    check_account(&account);
    check_default(text, size);
    auto_secret struct secret *written = account_to_json(&account);
    HOLDS(written != NULL && account_from_json(written->bytes, written->length, &again, &error));
    HOLDS(strcmp(account.username, again.username) == 0);
    HOLDS(strcmp(account.home_account_id, again.home_account_id) == 0);
    return 0;
}
