/* SPDX-License-Identifier: MIT */
/*
 * How curl reads a URL, for comparing: what url_parse takes, curl must read the same way, or a
 * token would go elsewhere than where it was checked to go.
 */
#ifndef TESTS_FUZZ_CURL_READING_H
#define TESTS_FUZZ_CURL_READING_H

#include "common/entra/url.h"

/* NULL where curl's URL API reads the text as url says: the same scheme, host, port and, where it
 * is plain, decoded path. Else what differs, static. */
const char *curl_reads_otherwise(const char *text, const struct url *url);

#endif
