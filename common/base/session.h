/* SPDX-License-Identifier: MIT */
/*
 * The user's session: the one whose bus the environment names. A user may have several at once, at
 * a desktop and over ssh, and each has a keyring and a broker of its own.
 */
#ifndef COMMON_BASE_SESSION_H
#define COMMON_BASE_SESSION_H

#include <stdbool.h>

#include "common/base/runtime_folder.h"

/* Whether there is a session bus where a D-Bus client looks for it (D-Bus Specification,
 * "Well-known Message Bus Instances"; systemd's user bus), as far as is known without asking it.
 * If there is none, GLib need not be loaded, and it cannot start a bus of its own (autolaunch). */
bool session_has_bus(void);

/* A name with this ending for what is about the keyring or the broker of this session and not of
 * another one. The same however the environment names the user's bus of systemd. */
struct runtime_name session_name(const char *ending);

#endif
