/* SPDX-License-Identifier: MIT */
/*
 * Whose the session bus is. Its address comes from the environment, which su keeps: another user's
 * bus would receive this user's tokens. Only a bus of this user's, or of root's (a mount in a
 * container), is used.
 */
#ifndef KEYRING_SECRET_SERVICE_BUS_H
#define KEYRING_SECRET_SERVICE_BUS_H

#include <gio/gio.h>

#include "keyring/keyring.h"

/* Connects to the session bus. *ret_connection is kept here. It is none that GLib shares
 * (g_bus_get), with which the process would end by SIGTERM when the bus closes it. Returns
 * KEYRING_FOUND, or KEYRING_ABSENT if there is no bus, or if it belongs to another user or does not
 * say whose it is, or fails as call_failed does. */
enum keyring_answer bus_connect(int64_t deadline, GDBusConnection **ret_connection,
                                struct error *error);

#endif
