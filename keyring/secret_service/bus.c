/* SPDX-License-Identifier: MIT */
#include "keyring/secret_service/bus.h"

#include <gio/gio.h>

#include "common/bus/session_bus.h"
#include "keyring/secret_service/call.h"

static enum keyring_answer refuse(struct error *error)
{
    error_known_as(error, "keyring_foreign_bus");
    return KEYRING_ABSENT;
}

static GDBusConnection *connect_to(const gchar *address, struct call *call, GError **reason)
{
    g_dbus_connection_new_for_address(address, SESSION_BUS_FLAGS, NULL, call->cancellable,
                                      call_on_answer, call);
    return call_wait(call) != NULL ? g_dbus_connection_new_for_address_finish(call->result, reason)
                                   : NULL;
}

enum keyring_answer bus_connect(int64_t deadline, GDBusConnection **ret_connection,
                                struct error *error)
{
    static GDBusConnection *checked;
    uid_t owner = 0;
    *ret_connection = checked;
    if (checked != NULL && !g_dbus_connection_is_closed(checked))
        return KEYRING_FOUND;
    if (checked != NULL)
        g_object_unref(steal(&checked));
    g_autofree gchar *address = session_bus_address();
    if (address[0] == '\0') {
        error_set(error, ERROR_KEYRING,
                  "the session bus is not used, since it is not on a Unix socket, which would tell "
                  "whose it is");
        return refuse(error);
    }
    auto_call struct call *call = call_begin(deadline);
    GError *reason = NULL;
    g_autoptr(GDBusConnection) connection = connect_to(address, call, &reason);
    if (connection == NULL) {
        if (reason == NULL || !session_bus_is_missing(reason))
            return call_failed(call, reason, error);
        error_set(error, ERROR_KEYRING,
                  "the session bus cannot be reached (%s), so there is no desktop keyring",
                  reason->message);
        error_known_as(error, "keyring_no_bus");
        g_error_free(reason);
        return KEYRING_ABSENT;
    }
    switch (session_bus_owner(connection, &owner)) {
    case SESSION_BUS_OURS:
        break;
    case SESSION_BUS_UNKNOWN:
        error_set(error, ERROR_KEYRING,
                  "the session bus is not used, since the kernel does not tell whose it is");
        return refuse(error);
    case SESSION_BUS_FOREIGN:
        error_set(error, ERROR_KEYRING, "the session bus belongs to another user (uid %u)",
                  (unsigned)owner);
        return refuse(error);
    }
    *ret_connection = checked = g_object_ref(connection);
    return KEYRING_FOUND;
}
