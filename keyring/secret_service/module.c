/* SPDX-License-Identifier: MIT */
/*
 * The module of keyring/secret_service.h.
 *
 * libsecret's simple API (secret_password_*) is not used, since it lets the environment replace the
 * Secret Service by a file (SECRET_BACKEND).
 */
#include "keyring/secret_service.h"

#include <string.h>

#include "common/base/deadline.h"
#include "keyring/keyring.h"
#include "keyring/secret_service/call.h"
#include "keyring/secret_service/collections.h"
#include "keyring/secret_service/item.h"
#include "keyring/secret_service/prompt.h"
#include "keyring/secret_service/record.h"
#include "keyring/secret_service/search.h"
#include "keyring/secret_service/service.h"

/* Prompts the user to unlock an item or a collection, if a prompt is allowed and no other process
 * prompts. Whether the keyring is unlocked afterwards, by this or another process, shows when the
 * item is searched for again. */
static void unlock(SecretService *service, const gchar *path, int64_t deadline)
{
    const gchar *paths[] = { path, NULL };
    if (!prompt_is_allowed() || !prompt_take_turn(deadline))
        return;
    auto_call struct call *call = call_begin(deadline);
    g_auto(GStrv) unlocked = NULL;
    call_may_prompt(call);
    secret_service_unlock_dbus_paths(service, paths, call->cancellable, call_on_answer, call);
    if (call_wait(call) != NULL)
        secret_service_unlock_dbus_paths_finish(service, call->result, &unlocked, NULL);
    prompt_end_turn();
}

static enum keyring_answer fail_locked(struct error *error)
{
    keyring_fail_locked(error);
    return KEYRING_FAILED;
}

/* Finds an item, or what may hide it, which is locked then too. */
static enum keyring_answer find(SecretService *service, const struct keyring_key *key,
                                int64_t deadline, gchar **ret_path, bool *ret_locked,
                                struct error *error)
{
    enum keyring_answer answer = search_item(service, key, deadline, ret_path, ret_locked, error);
    if (answer == KEYRING_NOTHING) {
        *ret_path = collections_find_opaque(service, deadline);
        *ret_locked = true;
    }
    return answer == KEYRING_NOTHING && *ret_path != NULL ? KEYRING_FOUND : answer;
}

/* Finds an item that can be read, after an attempt to unlock the keyring if it is locked. */
static enum keyring_answer find_readable(SecretService *service, const struct keyring_key *key,
                                         int64_t deadline, gchar **ret_path, struct error *error)
{
    bool locked = false;
    enum keyring_answer answer = find(service, key, deadline, ret_path, &locked, error);
    if (answer != KEYRING_FOUND || !locked)
        return answer;
    unlock(service, *ret_path, deadline);
    g_clear_pointer(ret_path, g_free);
    if (deadline_left(deadline) == 0) /* the prompt has taken it, not a silent keyring */
        return fail_locked(error);
    answer = find(service, key, deadline, ret_path, &locked, error);
    return answer == KEYRING_FOUND && locked ? fail_locked(error) : answer;
}

/* A search has found nothing. Without a collection, there never was anything, and without a display
 * there never will be: the service shows a dialog to create one. So it is in containers, and
 * wherever else GNOME Keyring is installed that nobody logs in to. */
static enum keyring_answer check_usable(SecretService *service, int64_t deadline,
                                        struct error *error)
{
    if (prompt_has_display() || collections_exist(service, deadline))
        return KEYRING_NOTHING;
    error_set(error, ERROR_KEYRING,
              "the desktop keyring has no collection yet, and there is no display to create one");
    error_known_as(error, "keyring_locked");
    return KEYRING_ABSENT;
}

/* ---- the keyring's functions ---- */

static enum keyring_answer lookup(const struct keyring_key *key, int64_t deadline,
                                  struct secret **ret_record, struct error *error)
{
    SecretService *service = NULL;
    enum keyring_answer answer = service_connect(&service, deadline, error);
    if (answer != KEYRING_FOUND)
        return answer;
    /* An item that was found but cannot be read has been replaced meanwhile: search again, once. */
    for (int tries = 0; tries < 2; tries++) {
        g_autofree gchar *path = NULL;
        answer = find_readable(service, key, deadline, &path, error);
        if (answer == KEYRING_NOTHING)
            return check_usable(service, deadline, error);
        if (answer != KEYRING_FOUND)
            return answer;
        answer = record_read(&service, path, deadline, ret_record, error);
        if (answer != KEYRING_NOTHING)
            return answer;
    }
    return KEYRING_NOTHING;
}

static bool store(const struct keyring_key *key, const char *label, const struct secret *record,
                  int64_t expires_on, int64_t deadline, struct error *error)
{
    return record_write(key, label, record, expires_on, deadline, error);
}

/* Succeeds if the item is gone already. */
static bool delete_item(SecretService *service, const gchar *path, int64_t deadline,
                        struct error *error)
{
    auto_call struct call *call = call_begin(deadline);
    GError *reason = NULL;
    call_may_prompt(call);
    secret_service_delete_item_dbus_path(service, path, call->cancellable, call_on_answer, call);
    if (call_wait(call) != NULL)
        secret_service_delete_item_dbus_path_finish(service, call->result, &reason);
    if (call->result == NULL || (reason != NULL && !call_found_no_object(reason)))
        return call_fail(call, reason, error);
    g_clear_error(&reason);
    return true;
}

/* Until there is none: another collection may have an item with the same attributes, and it may be
 * locked. */
static bool erase(const struct keyring_key *key, int64_t deadline, struct error *error)
{
    SecretService *service = NULL;
    enum keyring_answer answer = service_connect(&service, deadline, error);
    while (answer == KEYRING_FOUND) {
        g_autofree gchar *path = NULL;
        answer = find_readable(service, key, deadline, &path, error);
        if (answer == KEYRING_FOUND && !delete_item(service, path, deadline, error))
            return false;
    }
    return answer == KEYRING_NOTHING;
}

/* Not by its attributes: other items may have them too, and more. */
static bool erase_item(const struct keyring_item *item, int64_t deadline, struct error *error)
{
    SecretService *service = NULL;
    if (item->is_locked) /* list has prompted, if that is allowed */
        return keyring_fail_locked(error);
    return service_connect(&service, deadline, error) == KEYRING_FOUND &&
           delete_item(service, item->place, deadline, error);
}

/* ---- list ---- */

/* Reads an item that is ours, with its record if it is not locked. Returns KEYRING_NOTHING if it is
 * another program's, or gone meanwhile. *service as in record_read. */
static enum keyring_answer read_own(SecretService **service, const gchar *path, bool is_locked,
                                    int64_t deadline, struct keyring_item *item,
                                    struct error *error)
{
    auto_secret struct secret *record = NULL;
    enum keyring_answer answer = item_read(*service, path, is_locked, deadline, item, error);
    if (answer == KEYRING_FOUND && item_owner(item) == ITEM_FOREIGN)
        return KEYRING_NOTHING;
    if (answer != KEYRING_FOUND || item->is_locked)
        return answer;
    answer = record_read(service, path, deadline, &record, error);
    if (answer == KEYRING_NOTHING) { /* it is gone or locked by now, or has no record */
        keyring_item_clear(item);
        return item_read(*service, path, is_locked, deadline, item, error);
    }
    item->record = steal(&record);
    return answer;
}

static size_t length_of(gchar **paths)
{
    return paths != NULL ? g_strv_length(paths) : 0;
}

/* Fails if there are items that are hidden, after it has read the others. */
static enum keyring_answer read_items(SecretService *service, const struct hits *hits,
                                      int64_t deadline, struct keyring_list *list,
                                      struct error *error)
{
    size_t readable = length_of(hits->readable), all = readable + length_of(hits->locked);
    bool hides = false;
    list->items = calloc(MIN(all, KEYRING_ITEMS_MAX) + 1, sizeof *list->items);
    for (size_t i = 0; i < all; i++) {
        auto_keyring_item struct keyring_item item = { 0 };
        const gchar *path = i < readable ? hits->readable[i] : hits->locked[i - readable];
        enum keyring_answer answer =
            read_own(&service, path, i >= readable, deadline, &item, error);
        if (answer == KEYRING_NOTHING)
            continue;
        if (answer != KEYRING_FOUND)
            return answer;
        if (item_owner(&item) == ITEM_HIDDEN) {
            hides = true;
            continue;
        }
        if (list->count == KEYRING_ITEMS_MAX) {
            keyring_fail_too_many("the desktop keyring", error);
            return KEYRING_FAILED;
        }
        list->items[list->count++] = item;
        item = (struct keyring_item){ 0 };
    }
    return hides ? fail_locked(error) : KEYRING_FOUND;
}

/* The schema is not searched for but looked at, in the items, which finds those that are hidden
 * (search_item) with the same call; usually there are none. */
static enum keyring_answer list(const struct keyring_key *key, int64_t deadline,
                                struct keyring_list *ret_list, struct error *error)
{
    auto_hits struct hits hits = { NULL, NULL };
    SecretService *service = NULL;
    g_autofree gchar *locked = NULL;
    *ret_list = (struct keyring_list){ 0 };
    enum keyring_answer answer = service_connect(&service, deadline, error);
    if (answer == KEYRING_FOUND)
        answer = search_hits(service, key, false, deadline, &hits, error);
    if (answer == KEYRING_FOUND)
        answer = search_own(service, hits.locked, true, deadline, &locked, error);
    if (answer == KEYRING_FOUND) {
        unlock(service, locked, deadline);
        if (deadline_left(deadline) == 0)
            return fail_locked(error);
        hits_clear(&hits);
        answer = search_hits(service, key, false, deadline, &hits, error);
    }
    if (answer != KEYRING_FOUND && answer != KEYRING_NOTHING)
        return answer;
    return read_items(service, &hits, deadline, ret_list, error);
}

/* ---- peek ---- */

/* Without its record, which a service may confirm with the user (KeePassXC). */
static enum keyring_answer add_visible(SecretService *service, const gchar *path, int64_t deadline,
                                       struct keyring_list *list, struct error *error)
{
    if (list->count == KEYRING_ITEMS_MAX) {
        keyring_fail_too_many("the desktop keyring", error);
        return KEYRING_FAILED;
    }
    list->items = reallocarray(list->items, list->count + 1, sizeof *list->items);
    struct keyring_item *item = &list->items[list->count];
    *item = (struct keyring_item){ 0 };
    enum keyring_answer answer = item_read(service, path, false, deadline, item, error);
    if (answer == KEYRING_FOUND && item_owner(item) == ITEM_OURS)
        list->count++;
    else
        keyring_item_clear(item);
    return answer;
}

/* Only what is unlocked is searched: KeePassXC prompts if the whole service is. */
static enum keyring_answer peek(const struct keyring_key *key, int64_t deadline,
                                struct keyring_list *ret_list, struct error *error)
{
    SecretService *service = NULL;
    *ret_list = (struct keyring_list){ 0 };
    enum keyring_answer answer = service_connect_running(&service, deadline, error);
    g_auto(GStrv) collections =
        answer == KEYRING_FOUND ? collections_find_unlocked(service, deadline) : NULL;
    for (size_t i = 0; i < length_of(collections) && answer == KEYRING_FOUND; i++) {
        g_auto(GStrv) paths = NULL;
        answer = search_collection(service, collections[i], key, deadline, &paths, error);
        for (size_t j = 0; j < length_of(paths) && answer == KEYRING_FOUND; j++)
            if (add_visible(service, paths[j], deadline, ret_list, error) == KEYRING_FAILED)
                answer = KEYRING_FAILED;
    }
    return answer;
}

MODULE_EXPORT const struct keyring_module entra_module = {
    .module = MODULE_HEAD,
    .keyring = { "secret-service", lookup, store, erase, erase_item, list, peek,
                 call_expect_answer },
};
