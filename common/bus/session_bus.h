/* SPDX-License-Identifier: MIT */
/*
 * Where the session bus is, and whose it is. The address comes from the environment, which su
 * keeps: another user's bus would receive this user's tokens. Only a bus of this user's, or of
 * root's (a mount in a container), may be used.
 *
 * For modules that use GIO. None uses the connection that GLib shares (g_bus_get), with which the
 * process would end by SIGTERM when the bus closes it.
 */
#ifndef COMMON_BUS_SESSION_BUS_H
#define COMMON_BUS_SESSION_BUS_H

#include <gio/gio.h>
#include <stdbool.h>

/* How a connection for which this address is must be made. */
#define SESSION_BUS_FLAGS                                                                          \
    (G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT | G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION)

/* Where the session bus is; if the environment does not say, where systemd puts it. The caller
 * frees the result with g_free; it is "" if that is on no Unix socket. */
gchar *session_bus_address(void);

/* Whether the reason why there is no connection is that the address leads to no bus. That it cannot
 * be reached at the moment, or that the bus ends the connection, does not mean that. */
bool session_bus_is_missing(const GError *reason);

enum session_bus_owner {
    SESSION_BUS_OURS, /* or root's */
    SESSION_BUS_FOREIGN,
    SESSION_BUS_UNKNOWN, /* the kernel does not tell */
};

/* Asks the kernel who listens at the other end of the connection's socket (SO_PEERCRED). *ret_uid
 * is set unless that is not known. */
enum session_bus_owner session_bus_owner(GDBusConnection *connection, uid_t *ret_uid);

#endif
