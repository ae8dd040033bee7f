/* SPDX-License-Identifier: MIT */
/*
 * The person's browser: $BROWSER, or what xdg-open opens.
 */
#ifndef COMMON_ACQUIRE_USER_OPEN_URL_H
#define COMMON_ACQUIRE_USER_OPEN_URL_H

#include <stdbool.h>
#include <sys/types.h>

/* Whether a browser can be expected to open: the environment names one, or there is a display. */
bool open_url_is_possible(void);

/* Starts it with the URL, and does not wait for it. It gets none of our descriptors, so that what
 * it prints is nobody's answer, and no secret of our environment. *pid is its process, or that of
 * what opens it. False where nothing can be started. */
bool open_url(const char *url, pid_t *pid);

/* Whether that process has ended already, and not well: no browser has opened. */
bool open_url_has_failed(pid_t pid);

#endif
