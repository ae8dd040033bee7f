/* SPDX-License-Identifier: MIT */
#include "keyring/secret_service/bus.h"

#include <gio/gio.h>
#include <unistd.h>

#include "common/base/environment.h"
#include "keyring/secret_service/call.h"

/* Keeps the addresses of Unix sockets in a list (D-Bus Specification, "Server Addresses"). No other
 * kind would tell whose the bus is; and for "autolaunch:", which it also tries if there is no
 * address, GLib runs dbus-launch, for which it searches the relative elements of PATH too. The
 * caller frees the result with g_free; it is "" if there is no such address. */
static gchar *keep_unix_sockets(const gchar *list)
{
    g_auto(GStrv) all = g_strsplit(list, ";", -1);
    g_autoptr(GPtrArray) kept = g_ptr_array_new();
    for (size_t i = 0; all[i] != NULL; i++)
        if (g_str_has_prefix(all[i], "unix:"))
            g_ptr_array_add(kept, all[i]);
    g_ptr_array_add(kept, NULL);
    return g_strjoinv(";", (gchar **)kept->pdata);
}

/* Where the session bus is; if the environment does not say, where systemd puts it. The caller
 * frees the result with g_free; it is "" if that is on no Unix socket. */
static gchar *find_address(void)
{
    const gchar *list = environment("DBUS_SESSION_BUS_ADDRESS");
    const gchar *runtime = environment_path("XDG_RUNTIME_DIR");
    g_autofree gchar *folder =
        list == NULL && runtime != NULL ? g_dbus_address_escape_value(runtime) : NULL;
    return folder != NULL ? g_strdup_printf("unix:path=%s/bus", folder)
                          : keep_unix_sockets(list != NULL ? list : "");
}

/* Asks the kernel who listens at the other end of the connection's socket (SO_PEERCRED). */
static bool find_owner(GDBusConnection *connection, uid_t *ret_owner)
{
    GIOStream *stream = g_dbus_connection_get_stream(connection);
    GSocket *socket = g_socket_connection_get_socket(G_SOCKET_CONNECTION(stream));
    g_autoptr(GCredentials) credentials = g_socket_get_credentials(socket, NULL);
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
    g_autofree gchar *address = find_address();
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
        if (reason == NULL || !is_no_bus(reason))
            return call_failed(call, reason, error);
        error_set(error, ERROR_KEYRING,
                  "the session bus cannot be reached (%s), so there is no desktop keyring",
                  reason->message);
        error_known_as(error, "keyring_no_bus");
        g_error_free(reason);
        return KEYRING_ABSENT;
    }
    if (!find_owner(connection, &owner)) {
        error_set(error, ERROR_KEYRING,
                  "the session bus is not used, since the kernel does not tell whose it is");
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
