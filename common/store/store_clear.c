/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "common/store/store_clear.h"

#include <string.h>

#include "common/base/array.h"
#include "common/base/runtime_folder.h"
#include "common/store/account_lock.h"
#include "common/store/account_store.h"
#include "common/store/pop_key_store.h"
#include "common/store/self_test.h"
#include "common/store/sign_out.h"
#include "common/store/stored_credentials.h"
#include "common/store/tenant_cache.h"

/* Every kind of item. Accounts come last: they lead to the sign-ins that could not be deleted. */
static const char *const kinds[] = {
    STORE_KIND_REFRESH_TOKEN,  STORE_KIND_TOKEN,         STORE_KIND_BOUND_TOKEN,
    STORE_KIND_REGISTRY_TOKEN, STORE_KIND_CLIENT_SECRET, STORE_KIND_TYPED,
    STORE_KIND_POP_KEY,        STORE_KIND_SELF_TEST,     STORE_KIND_ACCOUNT,
};

/* Deletes what a list has. Adds the number of items deleted to *count. */
static bool drop_list(const struct store *store, const struct keyring_list *list, int64_t deadline,
                      size_t *count, struct error *error)
{
    for (size_t i = 0; i < list->count; i++, ++*count)
        if (!store_drop_item(store, &list->items[i], deadline, error))
            return false;
    return true;
}

/* A list may have a part of the items only: those of the keyrings that answer, or the first ones.
 */
static bool drop_kind(struct store *store, const char *kind, int64_t deadline, size_t *count,
                      struct error *error)
{
    for (;;) {
        auto_keyring_list struct keyring_list list = { 0 };
        bool complete = store_list(store, kind, deadline, &list, error);
        bool dropped = drop_list(store, &list, deadline, count, error);
        if (complete || !dropped || list.count == 0)
            return complete && dropped;
    }
}

/* The keyring whose items are files of the runtime folder. `auto` never uses it. */
#define IN_MEMORY "runtime"

/* Whether the keyring IN_MEMORY is deleted, too. */
static bool clears_memory(const struct store *store)
{
    return !store->named || strcmp(store->keyring->name, IN_MEMORY) == 0;
}

/* Deletes what it can. Returns the first error, or ERROR_NONE. */
static struct error drop_kinds(struct store *store, int64_t deadline, size_t *count)
{
    auto_single_flight struct single_flight lock = { -1 };
    struct error first = { 0 }, why = { 0 };
    account_lock_take(&lock, deadline);
    sign_out_note(store, NULL, NULL);
    if (clears_memory(store))
        sign_out_note_all(IN_MEMORY);
    for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
        if (!drop_kind(store, kinds[i], deadline, count, &why) && first.kind == ERROR_NONE)
            first = why;
    return first;
}

bool store_clear(struct store *store, int64_t deadline, size_t *ret_count, struct error *error)
{
    *ret_count = 0;
    struct error why = { 0 }, first = drop_kinds(store, deadline, ret_count);
    if (!runtime_folder_remove(clears_memory(store), &why) && first.kind == ERROR_NONE)
        first = why;
    if (!tenant_cache_remove(&why) && first.kind == ERROR_NONE)
        first = why;
    if (first.kind != ERROR_NONE)
        *error = first;
    return first.kind == ERROR_NONE;
}
