/* SPDX-License-Identifier: MIT */
/*
 * GLib ends the process if it lacks a thread or a descriptor that it cannot do without.
 */
#ifndef COMMON_BUS_GLIB_RESOURCES_H
#define COMMON_BUS_GLIB_RESOURCES_H

#include <gio/gio.h>
#include <stdbool.h>

/* Whether there are as many threads and descriptors as a connection to a bus will need. If not, the
 * caller frees *ret_why with g_free. */
bool glib_resources_suffice(gchar **ret_why);

#endif
