/* SPDX-License-Identifier: MIT */
#include "keyring/secret_service/activation.h"

#include "keyring/secret_service/call.h"

/* The names to start, until the bus knows one: the usual one, and that of KDE's ksecretd, which
 * takes the usual one too if it is free (org.kde.secretservicecompat.service in KWallet). */
static const gchar *const names[] = { "org.freedesktop.secrets", "org.kde.secretservicecompat" };

enum keyring_answer activation_start(GDBusConnection *bus, int64_t deadline, struct error *error)
{
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autoptr(GError) reason = NULL;
        auto_call struct call *call = call_begin(deadline);
        g_dbus_connection_call(
            bus, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
            "StartServiceByName", g_variant_new("(su)", names[i], 0U), G_VARIANT_TYPE("(u)"),
            G_DBUS_CALL_FLAGS_NONE, G_MAXINT, call->cancellable, call_on_answer, call);
        if (call_wait(call) == NULL)
            return call_failed(call, NULL, error);
        GVariant *answer = g_dbus_connection_call_finish(bus, call->result, &reason);
        if (answer != NULL)
            g_variant_unref(answer);
        if (!g_error_matches(reason, G_DBUS_ERROR, G_DBUS_ERROR_SERVICE_UNKNOWN))
            break;
    }
    return KEYRING_FOUND;
}
