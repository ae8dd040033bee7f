/* SPDX-License-Identifier: MIT */
/*
 * Has the session bus start the secret service where none runs yet. D-Bus does so with the first
 * call for a service that is installed under the name org.freedesktop.secrets; KDE's is not, since
 * that name may be another desktop's.
 */
#ifndef KEYRING_SECRET_SERVICE_ACTIVATION_H
#define KEYRING_SECRET_SERVICE_ACTIVATION_H

#include <gio/gio.h>

#include "keyring/keyring.h"

/* Returns KEYRING_FOUND when the bus has started what it can, which may be nothing, and fails as
 * call_failed does if it does not say so in time. */
enum keyring_answer activation_start(GDBusConnection *bus, int64_t deadline, struct error *error);

#endif
