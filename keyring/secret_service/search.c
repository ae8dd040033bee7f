/* SPDX-License-Identifier: MIT */
#include "keyring/secret_service/search.h"

#include "keyring/secret_service.h"
#include "keyring/secret_service/call.h"
#include "keyring/secret_service/collections.h"
#include "keyring/secret_service/item.h"

GHashTable *search_attributes(const struct keyring_key *key, bool with_schema)
{
    GHashTable *attributes = g_hash_table_new(g_str_hash, g_str_equal);
    if (with_schema)
        g_hash_table_insert(attributes, (gpointer)KEYRING_SCHEMA_ATTRIBUTE,
                            (gpointer)KEYRING_SCHEMA);
    for (size_t i = 0; i < KEYRING_ATTRIBUTES_MAX && key->attributes[i].name != NULL; i++)
        g_hash_table_insert(attributes, (gpointer)key->attributes[i].name,
                            (gpointer)key->attributes[i].value);
    return attributes;
}

void hits_clear(struct hits *hits)
{
    g_strfreev(hits->readable);
    g_strfreev(hits->locked);
    *hits = (struct hits){ NULL, NULL };
}

enum keyring_answer search_hits(SecretService *service, const struct keyring_key *key,
                                bool with_schema, int64_t deadline, struct hits *ret_hits,
                                struct error *error)
{
    g_autoptr(GHashTable) attributes = search_attributes(key, with_schema);
    auto_call struct call *call = call_begin(deadline);
    struct hits hits = { NULL, NULL };
    GError *reason = NULL;
    secret_service_search_for_dbus_paths(service, NULL, attributes, call->cancellable,
                                         call_on_answer, call);
    service_open_session(service);
    if (call_wait(call) == NULL ||
        !secret_service_search_for_dbus_paths_finish(service, call->result, &hits.readable,
                                                     &hits.locked, &reason))
        return call_failed(call, reason, error);
    call_expect_answer();
    *ret_hits = hits;
    return KEYRING_FOUND;
}

enum keyring_answer search_collection(SecretService *service, const gchar *collection,
                                      const struct keyring_key *key, int64_t deadline,
                                      gchar ***ret_paths, struct error *error)
{
    auto_call struct call *call = call_begin(deadline);
    GDBusConnection *bus = g_dbus_proxy_get_connection(G_DBUS_PROXY(service));
    g_auto(GVariantBuilder) attributes = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE("a{ss}"));
    g_autoptr(GVariant) answer = NULL;
    GError *reason = NULL;
    for (size_t i = 0; i < KEYRING_ATTRIBUTES_MAX && key->attributes[i].name != NULL; i++)
        g_variant_builder_add(&attributes, "{ss}", key->attributes[i].name,
                              key->attributes[i].value);
    g_dbus_connection_call(
        bus, g_dbus_proxy_get_name(G_DBUS_PROXY(service)), collection, COLLECTION_INTERFACE,
        "SearchItems", g_variant_new("(a{ss})", &attributes), G_VARIANT_TYPE("(ao)"),
        G_DBUS_CALL_FLAGS_NO_AUTO_START, G_MAXINT, call->cancellable, call_on_answer, call);
    if (call_wait(call) != NULL)
        answer = g_dbus_connection_call_finish(bus, call->result, &reason);
    if (answer == NULL)
        return call_failed(call, reason, error);
    g_variant_get(answer, "(^ao)", ret_paths);
    return KEYRING_FOUND;
}

enum keyring_answer search_own(SecretService *service, gchar **paths, bool are_locked,
                               int64_t deadline, gchar **ret_path, struct error *error)
{
    for (size_t i = 0; paths != NULL && paths[i] != NULL; i++) {
        auto_keyring_item struct keyring_item item = { 0 };
        enum keyring_answer answer =
            item_read(service, paths[i], are_locked, deadline, &item, error);
        if (answer != KEYRING_FOUND && answer != KEYRING_NOTHING)
            return answer;
        if (answer == KEYRING_FOUND && item_owner(&item) != ITEM_FOREIGN) {
            *ret_path = g_strdup(paths[i]);
            return KEYRING_FOUND;
        }
    }
    return KEYRING_NOTHING;
}

/* As search_item, for an item that no search with a schema finds. */
static enum keyring_answer search_hidden(SecretService *service, const struct keyring_key *key,
                                         int64_t deadline, gchar **ret_path, bool *ret_locked,
                                         struct error *error)
{
    auto_hits struct hits hits = { NULL, NULL };
    enum keyring_answer answer = search_hits(service, key, false, deadline, &hits, error);
    if (answer != KEYRING_FOUND)
        return answer;
    *ret_locked = false; /* it may have been unlocked just now */
    answer = search_own(service, hits.readable, false, deadline, ret_path, error);
    if (answer != KEYRING_NOTHING)
        return answer;
    *ret_locked = true;
    return search_own(service, hits.locked, true, deadline, ret_path, error);
}

static const gchar *first_of(gchar **paths)
{
    return paths != NULL ? paths[0] : NULL;
}

enum keyring_answer search_item(SecretService *service, const struct keyring_key *key,
                                int64_t deadline, gchar **ret_path, bool *ret_locked,
                                struct error *error)
{
    auto_hits struct hits hits = { NULL, NULL };
    enum keyring_answer answer = search_hits(service, key, true, deadline, &hits, error);
    if (answer != KEYRING_FOUND)
        return answer;
    const gchar *readable = first_of(hits.readable), *locked = first_of(hits.locked);
    if (readable == NULL && locked == NULL)
        return search_hidden(service, key, deadline, ret_path, ret_locked, error);
    *ret_path = g_strdup(readable != NULL ? readable : locked);
    *ret_locked = readable == NULL;
    return KEYRING_FOUND;
}
