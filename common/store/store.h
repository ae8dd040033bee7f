/* SPDX-License-Identifier: MIT */
/*
 * The keyring as all that stores or finds something uses it. The stores of each kind of item are in
 * files of their own: token_store.h, client_secret_store.h, account_store.h, pop_key_store.h,
 * stored_credentials.h.
 *
 * A keyring that fails must not keep a caller from a token, unless the user chose that keyring by
 * name. After a failure it is not used any more, and one warning on stderr says why at the end.
 */
#ifndef COMMON_STORE_STORE_H
#define COMMON_STORE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/error.h"
#include "common/base/secret.h"
#include "keyring/keyring.h"

struct store {
    const struct keyring *keyring;
    int64_t opened; /* when it was opened (deadline.h) */
    bool named;     /* the keyring was chosen by name, so its failures are errors */
    bool settled;   /* a lookup, or a list with items, has shown that this keyring exists here */
    struct error absent;  /* why `auto` passed over a better keyring; message "": it did not */
    struct error trouble; /* why nothing can be stored; message "": no failure so far */
    bool tried_again;     /* store_try_again has been called */
    bool works;           /* another process has stored something just now */
    bool warned;          /* store_warn has reported trouble */
};

/* The attributes of the items in the keyring. */
#define STORE_KIND      "kind" /* access_token, bound_token, client_secret, pop_key, ... */
#define STORE_AUTHORITY "authority"
#define STORE_TENANT    "tenant"
#define STORE_CLIENT_ID "client_id"
#define STORE_ACCOUNT   "account" /* a user's home account ID; app: the app's own token */
#define STORE_USERNAME  "username"
#define STORE_SCOPE     "scope"
#define STORE_REGISTRY  "registry" /* the container registry of a registry_token */

#define STORE_KIND_TOKEN          "access_token"
#define STORE_KIND_BOUND_TOKEN    "bound_token"    /* to a key (pop_key_store.h) */
#define STORE_KIND_REGISTRY_TOKEN "registry_token" /* of a container registry */
#define STORE_KIND_CLIENT_SECRET  "client_secret"

/* Opens the keyring of this name (keyring_open). Fails with ERROR_USAGE or ERROR_KEYRING. */
bool store_open(struct store *store, const char *name, struct error *error);

/* Whether the keyring keeps what is stored, as far as is known: it has not failed and is not the
 * keyring `none`. */
bool store_can_keep(const struct store *store);

/* Whether a failure of a keyring says little of it on a busy machine: it did not answer in time, or
 * the session bus has as many clients as it takes. */
bool store_failure_may_pass(const struct error *trouble);

/* Whether the keyring has failed in that way and has not been asked again. */
bool store_can_try_again(const struct store *store);

/* Has the keyring asked again after such a failure, which is done once. If another process is known
 * to have just used it, it gets most of the time that is left. Returns false if it is not asked
 * again. */
bool store_try_again(struct store *store, bool works);

/* Sets the kind of an error of the keyring: ERROR_KEYRING if it was chosen by name, so that this
 * exit code tells that the choice was at fault; else ERROR_OTHER. Always returns false. */
bool store_fail(const struct store *store, struct error *error);

/* As store_fail: the desktop keyring is locked. */
bool store_fail_locked(const struct store *store, struct error *error);

/* Fails with ERROR_KEYRING and the reason if the keyring has failed so far, for those who need it
 * whether or not it was chosen by name: a sign-in, and an app whose client secret it holds. */
bool store_check(const struct store *store, struct error *error);

/* Fails as store_fail does, with the reason, if the keyring may hold more than it has shown or
 * deleted: not if it is full, not allowed, or not there. */
bool store_saw_all(const struct store *store, struct error *error);

/* The keyring's functions list, lookup, store, erase and erase_item (keyring.h) with the policy
 * above: they return KEYRING_FAILED or false, with ERROR_KEYRING, only if the keyring was chosen by
 * name. The caller clears *ret_list with keyring_list_clear and frees *ret_record with secret_free.
 * store_drop_match deletes an item that store_match has found, which fails in any case, as
 * store_fail_locked does, if some items are hidden by a lock; the others are in *ret_list. */
bool store_match(struct store *store, const struct keyring_key *key, int64_t deadline,
                 struct keyring_list *ret_list, struct error *error);
enum keyring_answer store_look_up(struct store *store, const struct keyring_key *key,
                                  int64_t deadline, struct secret **ret_record,
                                  struct error *error);
bool store_put(struct store *store, const struct keyring_key *key, const char *label,
               const struct secret *record, int64_t expires_on, int64_t deadline,
               struct error *error);
bool store_drop(struct store *store, const struct keyring_key *key, int64_t deadline,
                struct error *error);
bool store_drop_match(struct store *store, const struct keyring_item *item, int64_t deadline,
                      struct error *error);

/* Checks that the keyring hides no items, as a locked one may; prompts the user to unlock it. A
 * list without this may lack items. Fails as store_look_up does. */
bool store_hides_nothing(struct store *store, int64_t deadline, struct error *error);

/* Makes sure that `auto` has settled on a keyring that exists, which takes a lookup if there has
 * been none. Fails as store_look_up does. */
bool store_settle(struct store *store, int64_t deadline, struct error *error);

/* Lists all items of a kind, in every keyring that `auto` may use unless one was chosen by name.
 * The caller clears *ret_list with keyring_list_clear. Fails if a keyring exists but does not
 * answer, or if none exists, as store_fail does; *ret_list then has the items of the others. */
bool store_list(struct store *store, const char *kind, int64_t deadline,
                struct keyring_list *ret_list, struct error *error);

/* Deletes an item of such a list. Fails as store_fail does. */
bool store_drop_item(const struct store *store, const struct keyring_item *item, int64_t deadline,
                     struct error *error);

/* Warns on stderr if the token could not be stored, and says why: once until the machine starts
 * again, since the next call will most often fare no better. */
void store_warn(struct store *store);

#endif
