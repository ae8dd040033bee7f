/* SPDX-License-Identifier: MIT */
/*
 * Opens the user's browser: $BROWSER; in the Windows Subsystem for Linux, that of Windows; or the
 * one that xdg-open chooses.
 */
#ifndef COMMON_ACQUIRE_USER_OPEN_URL_H
#define COMMON_ACQUIRE_USER_OPEN_URL_H

#include <stdbool.h>
#include <sys/types.h>

/* Whether a browser can be expected to open: $BROWSER is set, or there is a display or Windows. */
bool open_url_is_possible(void);

/* Opens the URL without waiting for the browser. The browser runs in the root directory. It
 * inherits no descriptors, so that its output cannot mix with ours, and no secrets from the
 * environment. *ret_pid is the process of the browser or of its launcher; 0 if its exit status
 * means nothing. Returns false if no browser can be started. */
bool open_url(const char *url, pid_t *ret_pid);

/* Whether that process has already failed, so that no browser has opened. */
bool open_url_has_failed(pid_t pid);

#endif
