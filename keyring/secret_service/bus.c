/* SPDX-License-Identifier: MIT */
#include "keyring/secret_service/bus.h"

#include <gio/gio.h>
#include <unistd.h>

#include "keyring/secret_service/call.h"

/* Asks the kernel who listens at the other end of the connection's socket (SO_PEERCRED). Returns
 * false if it is not a Unix socket. */
static bool find_owner(GDBusConnection *connection, uid_t *ret_owner)
{
    GIOStream *stream = g_dbus_connection_get_stream(connection);
    if (!G_IS_SOCKET_CONNECTION(stream))
        return false;
    GSocket *socket = g_socket_connection_get_socket(G_SOCKET_CONNECTION(stream));
    g_autoptr(GCredentials) credentials = g_socket_get_family(socket) == G_SOCKET_FAMILY_UNIX
                                              ? g_socket_get_credentials(socket, NULL)
                                              : NULL;
    if (credentials == NULL)
        return false;
    *ret_owner = g_credentials_get_unix_user(credentials, NULL);
    return *ret_owner != (uid_t)-1;
}

/* Whether the address leads to no bus. That it cannot be reached at the moment, or that the bus
 * ends the connection, does not mean that. */
static bool is_no_bus(const GError *reason)
{
    static const gint codes[] = { G_IO_ERROR_NOT_FOUND,         G_IO_ERROR_CONNECTION_REFUSED,
                                  G_IO_ERROR_NOT_DIRECTORY,     G_IO_ERROR_PERMISSION_DENIED,
                                  G_IO_ERROR_FILENAME_TOO_LONG, G_IO_ERROR_INVALID_ARGUMENT };
    if (reason != NULL && reason->domain == G_SPAWN_ERROR) /* there is no dbus-launch either */
        return true;
    for (size_t i = 0; i < G_N_ELEMENTS(codes); i++)
        if (g_error_matches(reason, G_IO_ERROR, codes[i]))
            return true;
    return false;
}

static enum keyring_answer refuse(struct error *error)
{
    error_known_as(error, "keyring_foreign_bus");
    return KEYRING_ABSENT;
}

static GDBusConnection *connect_to(const gchar *address, struct call *call, GError **reason)
{
    g_dbus_connection_new_for_address(address,
                                      G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT |
                                          G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
                                      NULL, call->cancellable, call_on_answer, call);
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
    auto_call struct call *call = call_begin(deadline);
    GError *reason = NULL;
    g_autofree gchar *address =
        g_dbus_address_get_for_bus_sync(G_BUS_TYPE_SESSION, call->cancellable, &reason);
    g_autoptr(GDBusConnection) connection =
        address != NULL ? connect_to(address, call, &reason) : NULL;
    if (connection == NULL) {
        bool is_absent = is_no_bus(reason);
        enum keyring_answer answer = call_failed(call, reason, error);
        return is_absent ? KEYRING_ABSENT : answer;
    }
    if (!find_owner(connection, &owner)) {
        error_set(error, ERROR_KEYRING,
                  "the session bus is not used, since it is not on a Unix socket, which would tell "
                  "whose it is");
        return refuse(error);
    }
    if (owner != geteuid() && owner != 0) {
        error_set(error, ERROR_KEYRING, "the session bus belongs to another user (uid %u)",
                  (unsigned)owner);
        return refuse(error);
    }
    *ret_connection = checked = g_object_ref(connection);
    return KEYRING_FOUND;
}
