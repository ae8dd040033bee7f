/* SPDX-License-Identifier: MIT */
/*
 * The proxy that is used for https: the one that libcurl's variables name or, if they name none,
 * the host tool's (host_settings.h).
 */
#ifndef COMMON_ACQUIRE_HTTP_PROXY_H
#define COMMON_ACQUIRE_HTTP_PROXY_H

/* The value of the first variable that libcurl would use ("libcurl-env"); NULL if there is none. It
 * may contain a password. http is never sent to a proxy (http.c). */
const char *proxy_of_environment(void);

/* The proxy of the request that is being sent, or "". It may contain a password. */
const char *proxy_url(void);

#endif
