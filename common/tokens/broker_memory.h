/* SPDX-License-Identifier: MIT */
/*
 * What processes tell each other of the device's identity broker, so that not each of them runs
 * into the same failure: that it does not answer, that it refuses a client, and that a server has
 * refused the token that the broker may still have in its cache.
 *
 * A refusal holds for a client, an API and an account, and is lifted for all APIs and accounts of
 * the client at once: then its registration has been mended.
 */
#ifndef COMMON_TOKENS_BROKER_MEMORY_H
#define COMMON_TOKENS_BROKER_MEMORY_H

#include <stdbool.h>
#include <stdint.h>

#include "common/acquire/broker/broker.h"
#include "common/base/error.h"
#include "common/base/secret.h"
#include "common/entra/request.h"

/* Whether the broker of this session's bus has failed lately. If so, *ret_error says how. */
bool broker_memory_has_failed(struct error *ret_error);

/* Whether the broker has refused the request's client lately. If so, *ret_error says why and when.
 */
bool broker_memory_has_refused(const struct token_request *request, struct error *ret_error);

/* Remembers how a request ended that took this many milliseconds, if others need to know. */
void broker_memory_note(const struct token_request *request, enum broker_end end,
                        const struct error *error, int64_t milliseconds);

/* Remembers, for a day at most, that a server has refused this token of a user, for the request.
 * Only the last one is known, and of it a few bits of a hash. */
void broker_memory_note_refused(const struct token_request *request, const char *token);

/* Whether this is the token for the request that a server has refused. */
bool broker_memory_is_refused(const struct token_request *request, const struct secret *token);

/* Forgets every refusal of the request's client: the broker has served it. That it failed is
 * forgotten with any success (broker_memory_note). */
void broker_memory_lift(const struct token_request *request);

#endif
