/* SPDX-License-Identifier: MIT */
#include "common/bus/session_bus.h"

#include <unistd.h>

#include "common/base/environment.h"

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

gchar *session_bus_address(void)
{
    const gchar *list = environment("DBUS_SESSION_BUS_ADDRESS");
    const gchar *runtime = environment_path("XDG_RUNTIME_DIR");
    g_autofree gchar *folder =
        list == NULL && runtime != NULL ? g_dbus_address_escape_value(runtime) : NULL;
    return folder != NULL ? g_strdup_printf("unix:path=%s/bus", folder)
                          : keep_unix_sockets(list != NULL ? list : "");
}

bool session_bus_is_missing(const GError *reason)
{
    static const gint codes[] = { G_IO_ERROR_NOT_FOUND,         G_IO_ERROR_CONNECTION_REFUSED,
                                  G_IO_ERROR_NOT_DIRECTORY,     G_IO_ERROR_PERMISSION_DENIED,
                                  G_IO_ERROR_FILENAME_TOO_LONG, G_IO_ERROR_INVALID_ARGUMENT };
    for (size_t i = 0; i < G_N_ELEMENTS(codes); i++)
        if (g_error_matches(reason, G_IO_ERROR, codes[i]))
            return true;
    return false;
}

enum session_bus_owner session_bus_owner(GDBusConnection *connection, uid_t *ret_uid)
{
    GIOStream *stream = g_dbus_connection_get_stream(connection);
    GSocket *socket = g_socket_connection_get_socket(G_SOCKET_CONNECTION(stream));
    g_autoptr(GCredentials) credentials = g_socket_get_credentials(socket, NULL);
    uid_t uid = credentials != NULL ? g_credentials_get_unix_user(credentials, NULL) : (uid_t)-1;
    if (uid == (uid_t)-1)
        return SESSION_BUS_UNKNOWN;
    *ret_uid = uid;
    return uid == geteuid() || uid == 0 ? SESSION_BUS_OURS : SESSION_BUS_FOREIGN;
}
