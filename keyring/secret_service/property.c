/* SPDX-License-Identifier: MIT */
#include "keyring/secret_service/property.h"

#include "keyring/secret_service/call.h"

GVariant *property_get(SecretService *service, const gchar *path, const gchar *interface,
                       const gchar *name, const GVariantType *type, int64_t deadline)
{
    auto_call struct call *call = call_begin(deadline);
    GDBusConnection *bus = g_dbus_proxy_get_connection(G_DBUS_PROXY(service));
    g_autoptr(GVariant) answer = NULL;
    g_autoptr(GVariant) value = NULL;
    g_dbus_connection_call(
        bus, g_dbus_proxy_get_name(G_DBUS_PROXY(service)), path, "org.freedesktop.DBus.Properties",
        "Get", g_variant_new("(ss)", interface, name), G_VARIANT_TYPE("(v)"),
        G_DBUS_CALL_FLAGS_NO_AUTO_START, G_MAXINT, call->cancellable, call_on_answer, call);
    if (call_wait(call) != NULL)
        answer = g_dbus_connection_call_finish(bus, call->result, NULL);
    if (answer != NULL)
        g_variant_get(answer, "(v)", &value);
    return value != NULL && g_variant_is_of_type(value, type) ? g_steal_pointer(&value) : NULL;
}
