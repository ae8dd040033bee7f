/* SPDX-License-Identifier: MIT */
/*
 * Which account is used where none is named: the default account, or for some tenants another one.
 *
 * Tenants differ in the accounts that they know: one who signed in for one of them may be a
 * stranger to the next. So each tenant has the account that last signed in for it, or that belongs
 * to it. All this is one item of the keyring, so that one lookup tells which account a request is
 * for:
 *
 *     {"home_account_id": "0a5d....8f1c...", "username": "ada@contoso.com",
 *      "tenants": {"c2a4...": {"home_account_id": "3d8a....c2a4...", "username": "bob@..."}}}
 *
 * A user may keep accounts apart by folders (account_folder.h). Each has an account for each
 * tenant, and one for all others, under "c2a4... HASH" and " HASH" among the tenants. Where a
 * folder has none, nobody is signed in: the default account is another folder's.
 */
#ifndef COMMON_STORE_DEFAULT_ACCOUNT_H
#define COMMON_STORE_DEFAULT_ACCOUNT_H

#include "common/base/json.h"
#include "common/entra/account.h"
#include "common/store/store.h"

#define ACCOUNT_DEFAULT "*" /* its user name as an attribute; not a valid user name */

/* The tenants that are remembered; the one that was set first is forgotten first. */
#define DEFAULT_ACCOUNT_TENANTS_MAX 64

struct default_account {
    struct account account; /* without a refresh token */
    json_object *tenants;   /* account records by tenant, in lower case; NULL: none */
};

/* Looks up the item of an authority (authority_instance). The caller clears *ret_default with
 * default_account_clear. Returns KEYRING_NOTHING if there is none that can be read, and
 * KEYRING_FAILED with ERROR_KEYRING only if the keyring was chosen by name. */
enum keyring_answer default_account_find(struct store *store, const char *instance,
                                         int64_t deadline, struct default_account *ret_default,
                                         struct error *error);

/* Reads the record of an item. Returns false if it is damaged. The caller clears *ret_default. */
bool default_account_read(const struct secret *record, struct default_account *ret_default);

/* Finds the account to use in this tenant (authority_is_tenant; NULL: any). Returns whether it is
 * remembered for the tenant; otherwise it is the default account. The caller clears *ret_account
 * with account_clear. */
bool default_account_for(const struct default_account *from, const char *tenant,
                         struct account *ret_account);

/* As default_account_for, for a folder, which does not have the default account: *ret_account is
 * empty if it has none. */
bool default_account_for_folder(const struct default_account *from, const char *folder,
                                const char *tenant, struct account *ret_account);

/* Makes this account the default one, without its refresh token. The one before stays that of the
 * tenant that it belongs to, unless this has another. */
void default_account_set(struct default_account *to, const struct account *account);

/* Has a sign-in for the tenant (NULL: any) remembered: by an account that the user chose
 * (is_chosen), or else only if no other account belongs there. Returns whether anything changed. */
bool default_account_remember(struct default_account *to, const char *tenant,
                              const struct account *account, bool is_chosen);

/* Makes this account the default one, and that of its own tenant: by its GUID, and by the domains
 * for which other accounts of it are remembered. Returns whether anything changed. */
bool default_account_switch(struct default_account *to, const struct account *account);

/* As default_account_remember, for a folder; an account that the user chose becomes that of the
 * folder's other tenants too. */
bool default_account_remember_folder(struct default_account *to, const char *folder,
                                     const char *tenant, const struct account *account,
                                     bool is_chosen);

/* Forgets the accounts of a folder. Returns whether it had any. */
bool default_account_forget_folder(struct default_account *from, const char *folder);

/* Removes the tenants whose account is_gone tells. Returns whether there were any. */
bool default_account_prune(struct default_account *from,
                           bool (*is_gone)(const void *context, const char *home_account_id),
                           const void *context);

/* Stores the item. Fails with ERROR_KEYRING only if the keyring was chosen by name. */
bool default_account_put(struct store *store, const char *instance,
                         const struct default_account *what, int64_t deadline, struct error *error);

void default_account_clear(struct default_account *what);
#define auto_default_account CLEANUP(default_account_clear)

#endif
