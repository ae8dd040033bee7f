/* SPDX-License-Identifier: MIT */
#include "keyring/secret_service/collections.h"

#include "common/base/cleanup.h"
#include "keyring/secret_service/call.h"
#include "keyring/secret_service/prompt.h"
#include "keyring/secret_service/property.h"

/* Whether the service is GNOME Keyring, which hides nothing from search_item: its collections that
 * show no item have none. */
static bool is_gnomes(SecretService *service, int64_t deadline)
{
    auto_call struct call *call = call_begin(deadline);
    GDBusConnection *bus = g_dbus_proxy_get_connection(G_DBUS_PROXY(service));
    g_autofree gchar *owner = g_dbus_proxy_get_name_owner(G_DBUS_PROXY(service));
    g_autoptr(GVariant) answer = NULL;
    const gchar *gnomes = NULL;
    g_dbus_connection_call(
        bus, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
        "GetNameOwner", g_variant_new("(s)", PROMPT_GNOMES_NAME), G_VARIANT_TYPE("(s)"),
        G_DBUS_CALL_FLAGS_NONE, G_MAXINT, call->cancellable, call_on_answer, call);
    if (call_wait(call) != NULL)
        answer = g_dbus_connection_call_finish(bus, call->result, NULL);
    if (answer != NULL)
        g_variant_get(answer, "(&s)", &gnomes);
    return owner != NULL && g_strcmp0(owner, gnomes) == 0;
}

/* Returns NULL if the service does not say. */
static const gchar **list_collections(SecretService *service, int64_t deadline,
                                      GVariant **ret_paths)
{
    GDBusProxy *proxy = G_DBUS_PROXY(service);
    *ret_paths = property_get(service, g_dbus_proxy_get_object_path(proxy),
                              g_dbus_proxy_get_interface_name(proxy), "Collections",
                              G_VARIANT_TYPE_OBJECT_PATH_ARRAY, deadline);
    return *ret_paths != NULL ? g_variant_get_objv(*ret_paths, NULL) : NULL;
}

/* Whether a collection ends with the session. */
static bool is_temporary(const gchar *path)
{
    return g_str_has_suffix(path, "/session");
}

bool collections_exist(SecretService *service, int64_t deadline)
{
    g_autoptr(GVariant) paths = NULL;
    g_autofree const gchar **each = list_collections(service, deadline, &paths);
    if (each == NULL)
        return true;
    for (size_t i = 0; each[i] != NULL; i++)
        if (!is_temporary(each[i]))
            return true;
    return false;
}

/* KeePassXC shows nothing of a database that is locked. Others find locked items (search_item), but
 * nothing tells whether they all do. */
static bool is_opaque(SecretService *service, const gchar *path, int64_t deadline)
{
    g_autoptr(GVariant) locked = property_get(service, path, COLLECTION_INTERFACE, "Locked",
                                              G_VARIANT_TYPE_BOOLEAN, deadline);
    if (locked == NULL || !g_variant_get_boolean(locked))
        return false;
    g_autoptr(GVariant) items = property_get(service, path, COLLECTION_INTERFACE, "Items",
                                             G_VARIANT_TYPE_OBJECT_PATH_ARRAY, deadline);
    return items == NULL || g_variant_n_children(items) == 0;
}

gchar **collections_find_unlocked(SecretService *service, int64_t deadline)
{
    g_autoptr(GVariant) paths = NULL;
    g_autofree const gchar **each = list_collections(service, deadline, &paths);
    g_autoptr(GStrvBuilder) unlocked = g_strv_builder_new();
    for (size_t i = 0; each != NULL && each[i] != NULL; i++) {
        g_autoptr(GVariant) locked = property_get(service, each[i], COLLECTION_INTERFACE, "Locked",
                                                  G_VARIANT_TYPE_BOOLEAN, deadline);
        if (locked != NULL && !g_variant_get_boolean(locked))
            g_strv_builder_add(unlocked, each[i]);
    }
    return g_strv_builder_end(unlocked);
}

/* Returns NULL if the service names none. The caller frees the result with g_free. */
static gchar *find_default(SecretService *service, int64_t deadline)
{
    auto_call struct call *call = call_begin(deadline);
    secret_service_read_alias_dbus_path(service, SECRET_COLLECTION_DEFAULT, call->cancellable,
                                        call_on_answer, call);
    return call_wait(call) != NULL
               ? secret_service_read_alias_dbus_path_finish(service, call->result, NULL)
               : NULL;
}

/* Finds a collection that is opaque. The default one is where items are created (record.c), so if
 * there is one, it alone counts: a wallet that is closed for good has nothing to do with us. */
static gchar *find_opaque(SecretService *service, int64_t deadline)
{
    g_autofree gchar *usual = find_default(service, deadline);
    if (usual != NULL)
        return is_opaque(service, usual, deadline) ? steal(&usual) : NULL;
    g_autoptr(GVariant) paths = NULL;
    g_autofree const gchar **each = list_collections(service, deadline, &paths);
    for (size_t i = 0; each != NULL && each[i] != NULL; i++)
        if (!is_temporary(each[i]) && is_opaque(service, each[i], deadline))
            return g_strdup(each[i]);
    return NULL;
}

gchar *collections_find_opaque(SecretService *service, int64_t deadline)
{
    g_autofree gchar *opaque = find_opaque(service, deadline);
    return opaque != NULL && !is_gnomes(service, deadline) ? steal(&opaque) : NULL;
}
