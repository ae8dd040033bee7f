/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "keyring/secret_service/item.h"

#include <string.h>

#include "keyring/secret_service.h"
#include "keyring/secret_service/call.h"

#define PROPERTIES_INTERFACE "org.freedesktop.DBus.Properties"

/* GNOME Keyring's file has the MD5 of each attribute's value in the clear (pkcs11/secret-store/
 * gkm-secret-fields.c). While a keyring has been locked since the daemon was started, these are all
 * that is known of its items, and the schema seems to be libsecret's generic one. */
#define HASHED_SCHEMA "gkr:compat:hashed:" KEYRING_SCHEMA_ATTRIBUTE

static void fill_attributes(struct keyring_item *item, GVariant *attributes)
{
    GVariantIter iterator;
    const gchar *name, *value;
    g_variant_iter_init(&iterator, attributes);
    while (g_variant_iter_next(&iterator, "{&s&s}", &name, &value))
        keyring_item_add(item, name, value);
}

/* Properties of another type than the specification's are left out. */
static void fill_item(struct keyring_item *item, const gchar *path, bool is_locked,
                      GVariant *properties)
{
    const gchar *label = "";
    gboolean locked = is_locked;
    g_autoptr(GVariant) attributes =
        g_variant_lookup_value(properties, "Attributes", G_VARIANT_TYPE("a{ss}"));
    g_variant_lookup(properties, "Label", "&s", &label);
    g_variant_lookup(properties, "Locked", "b", &locked);
    item->label = strdup(label);
    item->place = strdup(path);
    item->is_locked = locked;
    if (attributes != NULL)
        fill_attributes(item, attributes);
}

enum keyring_answer item_read(SecretService *service, const gchar *path, bool is_locked,
                              int64_t deadline, struct keyring_item *ret_item, struct error *error)
{
    auto_call struct call *call = call_begin(deadline);
    GError *reason = NULL;
    g_autoptr(GVariant) answer = NULL;
    GDBusConnection *bus = g_dbus_proxy_get_connection(G_DBUS_PROXY(service));
    g_dbus_connection_call(bus, g_dbus_proxy_get_name(G_DBUS_PROXY(service)), path,
                           PROPERTIES_INTERFACE, "GetAll", g_variant_new("(s)", ITEM_INTERFACE),
                           G_VARIANT_TYPE("(a{sv})"), G_DBUS_CALL_FLAGS_NO_AUTO_START, G_MAXINT,
                           call->cancellable, call_on_answer, call);
    if (call_wait(call) != NULL)
        answer = g_dbus_connection_call_finish(bus, call->result, &reason);
    if (call_found_no_object(reason)) {
        g_error_free(reason);
        return KEYRING_NOTHING;
    }
    if (answer == NULL)
        return call_failed(call, reason, error);
    g_autoptr(GVariant) properties = g_variant_get_child_value(answer, 0);
    fill_item(ret_item, path, is_locked, properties);
    return KEYRING_FOUND;
}

/* An item without any attributes is one that the service does not show, since it was found by some.
 */
enum item_owner item_owner(const struct keyring_item *item)
{
    const char *hash = keyring_item_attribute(item, HASHED_SCHEMA);
    const char *schema = keyring_item_attribute(item, KEYRING_SCHEMA_ATTRIBUTE);
    if (item->attribute_count == 0)
        return item->is_locked ? ITEM_HIDDEN : ITEM_OURS;
    if (hash[0] == '\0')
        return strcmp(schema, KEYRING_SCHEMA) == 0 ? ITEM_OURS : ITEM_FOREIGN;
    g_autofree gchar *ours = g_compute_checksum_for_string(G_CHECKSUM_MD5, KEYRING_SCHEMA, -1);
    return strcmp(hash, ours) == 0 ? ITEM_HIDDEN : ITEM_FOREIGN;
}
