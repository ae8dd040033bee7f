/* SPDX-License-Identifier: MIT */
/*
 * The proxy that libcurl uses for https, as its variables name it.
 */
#ifndef COMMON_ACQUIRE_HTTP_PROXY_H
#define COMMON_ACQUIRE_HTTP_PROXY_H

#include <stddef.h>

#include "common/base/text.h"

/* The value of the first variable that libcurl would use ("libcurl-env"), or "". It may contain a
 * password. http is never sent to a proxy (http.c). */
const char *proxy_url(void);

/* The user and password of a proxy's URL, user:password, still percent-encoded; empty if there are
 * none. The result points into url. */
struct slice proxy_userinfo(const char *url);

/* Copies a proxy's URL without user and password. A text that does not fit is cut. */
void proxy_copy_plain(const char *url, char *text, size_t size);

#endif
