/* SPDX-License-Identifier: MIT */
/*
 * The messages of GLib, GIO and libsecret. Much of what they warn of is what a service sent; users
 * can do nothing about it, and G_MESSAGES_DEBUG would even have them on stdout.
 */
#ifndef COMMON_BUS_GLIB_LOG_H
#define COMMON_BUS_GLIB_LOG_H

/* From now on, their messages go to the trace. Only one after which GLib ends the process is still
 * printed on stderr. Called before there are threads. */
void glib_log_to_trace(void);

#endif
