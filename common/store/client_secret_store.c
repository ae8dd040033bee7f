/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "common/store/client_secret_store.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/text.h"
#include "common/entra/id_shown.h"
#include "common/store/unseen.h"

static struct keyring_key key_of(const struct token_request *request)
{
    return (struct keyring_key){ {
        { STORE_KIND, STORE_KIND_CLIENT_SECRET },
        { STORE_AUTHORITY, request->instance },
        { STORE_TENANT, request->tenant },
        { STORE_CLIENT_ID, request->client_id },
    } };
}

/* Records why the keyring has no answer. This is not an error yet: another credential may not need
 * the keyring. */
static void record_trouble(const struct error *why, struct credential *credential)
{
    if (credential->trouble == NULL)
        credential->trouble = malloc(sizeof *credential->trouble);
    *credential->trouble = *why;
}

bool client_secret_store_fail_absent(const struct store *store, const struct token_request *request,
                                     struct error *error)
{
    autofree char *what =
        text_format("no client secret for the app %s", id_shown(request->client_id));
    autofree char *unseen = unseen_clause(store, what);
    error_set(error, ERROR_USAGE, "%s%s", unseen != NULL ? unseen : "the keyring has ",
              unseen != NULL ? "" : what);
    return error_known_as(error, "keyring_no_secret");
}

static bool fill_credential(struct store *store, const struct token_request *request,
                            struct credential *credential, int64_t deadline, struct error *error)
{
    struct error why = { 0 };
    struct keyring_key key = key_of(request);
    enum keyring_answer answer = store_look_up(store, &key, deadline, &credential->secret, error);
    bool may_be_elsewhere = answer == KEYRING_NOTHING && store->absent.message[0] != '\0';
    if (!store_check(store, &why) ||
        (may_be_elsewhere && !client_secret_store_fail_absent(store, request, &why)))
        record_trouble(&why, credential);
    if (answer != KEYRING_FOUND)
        return answer == KEYRING_NOTHING;
    credential->kept = true;
    if (strlen(credential->secret->bytes) == credential->secret->length)
        credential->kind = CREDENTIAL_CLIENT_SECRET;
    return true;
}

bool client_secret_store_fill(struct store *store, struct token_request *request, int64_t deadline,
                              struct error *error)
{
    for (size_t i = 0; i < request->credential_count; i++)
        if (request->credentials[i].kind == CREDENTIAL_KEYRING &&
            !fill_credential(store, request, &request->credentials[i], deadline, error))
            return false;
    return true;
}

const struct keyring_item *client_secret_store_listed(const struct keyring_list *secrets,
                                                      const char *store,
                                                      const struct token_request *request)
{
    struct keyring_key key = key_of(request);
    for (size_t i = 0; i < secrets->count; i++)
        if (strcmp(secrets->items[i].store, store) == 0 &&
            keyring_item_is(&secrets->items[i], &key))
            return &secrets->items[i];
    return NULL;
}

static bool check_keyring(struct store *store, int64_t deadline, struct error *error)
{
    if (!store_settle(store, deadline, error) || !store_check(store, error))
        return false;
    return strcmp(store->keyring->name, "none") != 0 ||
           error_set(error, ERROR_USAGE, "the keyring 'none' stores nothing");
}

bool client_secret_store_keep(struct store *store, const struct token_request *request,
                              const struct secret *secret, int64_t deadline, struct error *error)
{
    struct keyring_key key = key_of(request);
    if (!check_keyring(store, deadline, error))
        return false;
    autofree char *label = text_format("Microsoft Entra client secret of app %s (tenant %s)",
                                       request->client_id, request->tenant);
    return store->keyring->store(&key, label, secret, 0, deadline, error);
}

/* A damaged item, which a lookup does not find, counts too. */
bool client_secret_store_drop(struct store *store, const struct token_request *request,
                              int64_t deadline, bool *ret_was_there, struct error *error)
{
    struct keyring_key key = key_of(request);
    auto_keyring_list struct keyring_list found = { 0 };
    if (!check_keyring(store, deadline, error) ||
        store->keyring->list(&key, deadline, &found, error) != KEYRING_FOUND ||
        !store->keyring->erase(&key, deadline, error))
        return false;
    *ret_was_there = found.count > 0;
    return true;
}
