/* SPDX-License-Identifier: MIT */
/*
 * Translates libcurl's failures into errors.
 */
#ifndef COMMON_ACQUIRE_HTTP_HTTP_FAILURE_H
#define COMMON_ACQUIRE_HTTP_HTTP_FAILURE_H

#include <curl/curl.h>
#include <stdbool.h>

#include "common/base/error.h"

/* Whether the connection failed in a way that a retry may cure. */
bool http_failure_is_broken(CURLcode code);

/* Sets *error to ERROR_NETWORK, or ERROR_USAGE if the trusted certificates cannot be read. url must
 * have been accepted by url_parse. detail is the text of CURLOPT_ERRORBUFFER and may be "". Always
 * returns false. */
bool http_failure_explain(CURL *easy, CURLcode code, const char *url, const char *detail,
                          struct error *error);

#endif
