/* SPDX-License-Identifier: MIT */
/*
 * What a broker says of a failure, and what follows from it.
 *
 * It is in `error`, at the top of the answer or in brokerTokenResponse. Microsoft's Java broker (up
 * to 2.0.1) has the authority's whole text in it; the native one has blanked all but the OAuth
 * error and suberror, so that its status is what counts. Himmelblau's has the status 0 for
 * everything, and a text.
 */
#ifndef COMMON_ACQUIRE_BROKER_BROKER_FAILURE_H
#define COMMON_ACQUIRE_BROKER_BROKER_FAILURE_H

#include <stdarg.h>

#include "common/acquire/broker/broker.h"
#include "common/base/json.h"

/* Parses an answer and looks for an error in it. On BROKER_DONE, the caller releases *ret_answer,
 * an object: with json_wipe, if it has a token. */
enum broker_end broker_failure_parse(const char *text, size_t length, json_object **ret_answer,
                                     struct error *error);

/* Sets an error of ERROR_NETWORK that says what is wrong with an answer, and nothing of the answer.
 */
void broker_failure_unusable(struct error *error, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
