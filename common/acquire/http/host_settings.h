/* SPDX-License-Identifier: MIT */
/*
 * What the host tool's configuration (network.h) adds to the environment for a request. A proxy or
 * CAs that the environment names go before the host tool's.
 */
#ifndef COMMON_ACQUIRE_HTTP_HOST_SETTINGS_H
#define COMMON_ACQUIRE_HTTP_HOST_SETTINGS_H

#include "common/acquire/http/http.h"
#include "common/base/network.h"

/* Finds the settings for a request, of which the host tool is asked once for each URL. There are
 * none for a request that uses no proxy and trusts no CA. Fails as find of struct network_source.
 */
bool host_settings_find(const struct http_request *request, int64_t deadline, struct error *error);

/* The settings that were found last, for the request that is being sent. */
const struct network_settings *host_settings(void);

#endif
