/* SPDX-License-Identifier: MIT */
/*
 * Why no answer came: libcurl's failures as errors of ours.
 */
#ifndef COMMON_ACQUIRE_HTTP_HTTP_FAILURE_H
#define COMMON_ACQUIRE_HTTP_HTTP_FAILURE_H

#include <curl/curl.h>
#include <stdbool.h>

#include "common/base/error.h"

/* Whether it may be gone a moment later. */
bool http_failure_is_broken(CURLcode code);

/* Fills *error and is false. url: a URL that url_parse has taken; detail: libcurl's own text, or
 * "". */
bool http_failure_explain(CURL *easy, CURLcode code, const char *url, const char *detail,
                          struct error *error);

#endif
