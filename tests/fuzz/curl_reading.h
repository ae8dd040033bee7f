/* SPDX-License-Identifier: MIT */
/*
 * How curl reads a URL, for comparison: curl must read every URL that url_parse accepts in the same
 * way, or a token would go somewhere else than was checked.
 */
#ifndef TESTS_FUZZ_CURL_READING_H
#define TESTS_FUZZ_CURL_READING_H

#include "common/entra/url.h"

/* NULL if curl's URL API reads the text like url: the same scheme, host, port and, if it is plain,
 * decoded path. Otherwise what differs, static. */
const char *curl_reads_otherwise(const char *text, const struct url *url);

#endif
