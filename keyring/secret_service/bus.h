/* SPDX-License-Identifier: MIT */
/*
 * The connection to the session bus (common/bus/session_bus.h).
 */
#ifndef KEYRING_SECRET_SERVICE_BUS_H
#define KEYRING_SECRET_SERVICE_BUS_H

#include <gio/gio.h>

#include "keyring/keyring.h"

/* Connects to the session bus. *ret_connection is kept here. Returns KEYRING_FOUND, or
 * KEYRING_ABSENT if there is no bus, or if it belongs to another user or does not say whose it is,
 * or fails as call_failed does. */
enum keyring_answer bus_connect(int64_t deadline, GDBusConnection **ret_connection,
                                struct error *error);

#endif
