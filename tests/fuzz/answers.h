/* SPDX-License-Identifier: MIT */
/*
 * A server's answers, instead of common/acquire/http/http.c: http_send returns the next of them,
 * redacted.
 * Each is three lines of the input:
 *
 *     STATUS [RETRY-AFTER]      a status of 0: the connection breaks
 *     WWW-AUTHENTICATE
 *     BODY
 *
 * Linked with --wrap=poll, so that nothing waits before it tries again.
 */
#ifndef TESTS_FUZZ_ANSWERS_H
#define TESTS_FUZZ_ANSWERS_H

#include "tests/fuzz/fuzz.h"

/* Where the next answer is read from; must outlive the requests. */
void answers_from(struct fuzz_input *input);

/* How many requests had an Authorization header. */
extern size_t answers_authorized;

#endif
