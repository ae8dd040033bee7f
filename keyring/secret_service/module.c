/* SPDX-License-Identifier: MIT */
/*
 * The module of keyring/secret_service.h.
 *
 * libsecret's simple API (secret_password_*) is not used, since it lets the environment replace the
 * Secret Service by a file (SECRET_BACKEND).
 */
#include "keyring/secret_service.h"

#include <string.h>

#include "keyring/keyring.h"
#include "keyring/secret_service/call.h"
#include "keyring/secret_service/prompt.h"
#include "keyring/secret_service/record.h"
#include "keyring/secret_service/service.h"

/* The attributes as libsecret takes them. The texts are not copied. */
static GHashTable *attributes_of(const struct keyring_key *key)
{
    GHashTable *attributes = g_hash_table_new(g_str_hash, g_str_equal);
    g_hash_table_insert(attributes, (gpointer) "xdg:schema", (gpointer)KEYRING_SCHEMA);
    for (size_t i = 0; i < KEYRING_ATTRIBUTES_MAX && key->attributes[i].name != NULL; i++)
        g_hash_table_insert(attributes, (gpointer)key->attributes[i].name,
                            (gpointer)key->attributes[i].value);
    return attributes;
}

/* Finds an item's path. *ret_locked says whether the item exists but cannot be read. */
static enum keyring_answer find_item(SecretService *service, GHashTable *attributes,
                                     int64_t deadline, gchar **ret_path, bool *ret_locked,
                                     struct error *error)
{
    auto_call struct call *call = call_begin(deadline);
    g_auto(GStrv) readable = NULL;
    g_auto(GStrv) unreadable = NULL;
    GError *reason = NULL;
    secret_service_search_for_dbus_paths(service, NULL, attributes, call->cancellable,
                                         call_on_answer, call);
    service_open_session(service);
    if (call_wait(call) == NULL || !secret_service_search_for_dbus_paths_finish(
                                       service, call->result, &readable, &unreadable, &reason))
        return call_failed(call, reason, error);
    *ret_path = g_strdup(readable[0] != NULL ? readable[0] : unreadable[0]);
    *ret_locked = readable[0] == NULL;
    return *ret_path != NULL ? KEYRING_FOUND : KEYRING_NOTHING;
}

/* Prompts the user to unlock the keyring, if a prompt is allowed and no other process prompts.
 * Whether the keyring is unlocked afterwards, by this or another process, shows when the item is
 * searched for again. */
static void unlock_item(SecretService *service, const gchar *path, int64_t deadline)
{
    const gchar *paths[] = { path, NULL };
    if (!prompt_is_allowed() || !prompt_take_turn(deadline))
        return;
    auto_call struct call *call = call_begin(deadline);
    g_auto(GStrv) unlocked = NULL;
    secret_service_unlock_dbus_paths(service, paths, call->cancellable, call_on_answer, call);
    if (call_wait(call) != NULL)
        secret_service_unlock_dbus_paths_finish(service, call->result, &unlocked, NULL);
    prompt_end_turn();
}

/* Finds an item that can be read, after an attempt to unlock the keyring if it is locked. */
static enum keyring_answer find_readable(SecretService *service, GHashTable *attributes,
                                         int64_t deadline, gchar **ret_path, struct error *error)
{
    bool locked = false;
    enum keyring_answer answer = find_item(service, attributes, deadline, ret_path, &locked, error);
    if (answer != KEYRING_FOUND || !locked)
        return answer;
    unlock_item(service, *ret_path, deadline);
    g_clear_pointer(ret_path, g_free);
    answer = find_item(service, attributes, deadline, ret_path, &locked, error);
    if (answer != KEYRING_FOUND || !locked)
        return answer;
    call_fail_locked(error);
    return KEYRING_FAILED;
}

static enum keyring_answer lookup(const struct keyring_key *key, int64_t deadline,
                                  struct secret **ret_record, struct error *error)
{
    g_autoptr(GHashTable) attributes = attributes_of(key);
    SecretService *service = NULL;
    enum keyring_answer answer = service_connect(&service, deadline, error);
    if (answer != KEYRING_FOUND)
        return answer;
    /* An item that was found but cannot be read has been replaced meanwhile: search again, once. */
    for (int tries = 0; tries < 2; tries++) {
        g_autofree gchar *path = NULL;
        answer = find_readable(service, attributes, deadline, &path, error);
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
    g_autoptr(GHashTable) attributes = attributes_of(key);
    return record_write(attributes, label, record, expires_on == 0, deadline, error);
}

/* Searches first, since libsecret silently leaves locked items alone. */
static bool erase(const struct keyring_key *key, int64_t deadline, struct error *error)
{
    g_autoptr(GHashTable) attributes = attributes_of(key);
    SecretService *service = NULL;
    g_autofree gchar *path = NULL;
    enum keyring_answer answer = service_connect(&service, deadline, error);
    if (answer == KEYRING_FOUND)
        answer = find_readable(service, attributes, deadline, &path, error);
    if (answer != KEYRING_FOUND)
        return answer == KEYRING_NOTHING;
    auto_call struct call *call = call_begin(deadline);
    GError *reason = NULL;
    secret_service_clear(service, NULL, attributes, call->cancellable, call_on_answer, call);
    if (call_wait(call) != NULL)
        secret_service_clear_finish(service, call->result, &reason); /* false: nothing to delete */
    return (call->result != NULL && reason == NULL) || call_fail(call, reason, error);
}

/* Not by its attributes: other items may have them too, and more. */
static bool erase_item(const struct keyring_item *item, int64_t deadline, struct error *error)
{
    SecretService *service = NULL;
    if (item->is_locked) /* list has prompted, if that is allowed */
        return call_fail_locked(error);
    if (service_connect(&service, deadline, error) != KEYRING_FOUND)
        return false;
    auto_call struct call *call = call_begin(deadline);
    GError *reason = NULL;
    secret_service_delete_item_dbus_path(service, item->place, call->cancellable, call_on_answer,
                                         call);
    if (call_wait(call) != NULL)
        secret_service_delete_item_dbus_path_finish(service, call->result, &reason);
    if (call->result == NULL || (reason != NULL && !call_found_no_object(reason)))
        return call_fail(call, reason, error);
    g_clear_error(&reason);
    return true;
}

static void fill_item(struct keyring_item *item, SecretItem *found)
{
    g_autofree gchar *label = secret_item_get_label(found);
    g_autoptr(GHashTable) attributes = secret_item_get_attributes(found);
    SecretValue *value = secret_item_get_secret(found);
    item->label = strdup(label != NULL ? label : "");
    item->place = strdup(g_dbus_proxy_get_object_path(G_DBUS_PROXY(found)));
    item->is_locked = value == NULL;
    if (value != NULL) {
        item->record = record_from_value(value);
        secret_value_unref(value);
    }

    GHashTableIter iterator;
    gpointer name, text;
    if (attributes == NULL) /* the service has sent none */
        return;
    g_hash_table_iter_init(&iterator, attributes);
    while (g_hash_table_iter_next(&iterator, &name, &text))
        keyring_item_add(item, name, text);
}

static void fill_list(struct keyring_list *list, GList *found)
{
    size_t max = MIN(g_list_length(found), KEYRING_ITEMS_MAX);
    list->items = calloc(max + 1, sizeof *list->items);
    for (GList *next = found; next != NULL && list->count < max; next = next->next)
        fill_item(&list->items[list->count++], SECRET_ITEM(next->data));
    g_list_free_full(found, g_object_unref);
}

static enum keyring_answer read_items(SecretService *service, GHashTable *attributes,
                                      int64_t deadline, struct keyring_list *list,
                                      struct error *error)
{
    enum keyring_answer answer = service_await_session(service, deadline, error);
    if (answer != KEYRING_FOUND)
        return answer;
    auto_call struct call *call = call_begin(deadline);
    GError *reason = NULL;
    GList *found = NULL;
    secret_service_search(service, NULL, attributes, SECRET_SEARCH_ALL | SECRET_SEARCH_LOAD_SECRETS,
                          call->cancellable, call_on_answer, call);
    if (call_wait(call) != NULL)
        found = secret_service_search_finish(service, call->result, &reason);
    if (call->result == NULL || reason != NULL)
        return call_failed(call, reason, error);
    fill_list(list, found);
    return KEYRING_FOUND;
}

/* Searches for a single item first, since usually there is none. */
static enum keyring_answer list(const struct keyring_key *key, int64_t deadline,
                                struct keyring_list *ret_list, struct error *error)
{
    g_autoptr(GHashTable) attributes = attributes_of(key);
    SecretService *service = NULL;
    g_autofree gchar *path = NULL;
    bool locked = false;
    *ret_list = (struct keyring_list){ 0 };
    enum keyring_answer answer = service_connect(&service, deadline, error);
    if (answer == KEYRING_FOUND)
        answer = find_item(service, attributes, deadline, &path, &locked, error);
    if (answer != KEYRING_FOUND)
        return answer == KEYRING_NOTHING ? KEYRING_FOUND : answer;
    if (locked)
        unlock_item(service, path, deadline);
    return read_items(service, attributes, deadline, ret_list, error);
}

MODULE_EXPORT const struct keyring_module entra_module = {
    .module = MODULE_HEAD,
    .keyring = { "secret-service", lookup, store, erase, erase_item, list },
};
