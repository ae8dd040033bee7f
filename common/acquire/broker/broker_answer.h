/* SPDX-License-Identifier: MIT */
/*
 * Reads what a broker answers to a request for a token or for its version, as untrusted input. Pure
 * functions on a buffer.
 *
 * The brokers differ: Microsoft's names the account up to 2.x, Himmelblau's has client_info in its
 * place, and 3.x neither; expiresOn is in milliseconds, and wrong from Himmelblau's before May
 * 2026, which added the seconds of a life to them.
 */
#ifndef COMMON_ACQUIRE_BROKER_BROKER_ANSWER_H
#define COMMON_ACQUIRE_BROKER_BROKER_ANSWER_H

#include "common/acquire/broker/broker_request.h"

/* Reads the answer to acquireTokenSilently or acquireTokenInteractively, which arrived at the Unix
 * time now. As acquire of struct broker_module. */
enum broker_end broker_answer_token(const char *text, size_t length, const struct broker_job *job,
                                    int64_t now, struct token *ret_token,
                                    struct account *ret_account, struct error *error);

/* Reads the answer to getLinuxBrokerVersion. *ret_version is "" if it has none that can be shown.
 */
enum broker_end broker_answer_version(const char *text, size_t length,
                                      char (*ret_version)[BROKER_VERSION_MAX + 1],
                                      struct error *error);

#endif
