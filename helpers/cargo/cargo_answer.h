/* SPDX-License-Identifier: MIT */
/*
 * What a credential provider tells Cargo, a line of JSON each:
 *
 *     {"v":[1]}
 *     {"Ok":{"kind":"get","token":"Bearer TOKEN","cache":"expires","expiration":1767366245,
 *      "operation_independent":true}}
 *     {"Err":{"kind":"other","message":"...","caused-by":[]}}
 *
 * Source: as for cargo_request.h.
 */
#ifndef HELPERS_CARGO_CARGO_ANSWER_H
#define HELPERS_CARGO_CARGO_ANSWER_H

#include "common/base/error.h"
#include "common/base/secret.h"
#include "common/entra/token.h"
#include "helpers/cargo/cargo_request.h"

/* What comes first: the versions of the protocol. */
#define CARGO_HELLO "{\"v\":[1]}\n"

/* How it ended. Cargo asks the next provider after the first two, and gives up after the others.
 */
enum cargo_end {
    CARGO_URL_NOT_SUPPORTED,
    CARGO_NOT_FOUND,
    CARGO_OPERATION_NOT_SUPPORTED,
    CARGO_FAILED, /* with an error, which Cargo shows */
    CARGO_DONE,
};

/* The answer to get: the value of an Authorization header. expiration is the token's own: Cargo
 * asks again a minute before, when a new token is given. The caller frees the result with
 * secret_free. */
struct secret *cargo_answer_token(const struct token *token);

/* The answer to anything that ended in this way; kind is that of the request, and error is for
 * CARGO_FAILED alone. The caller frees the result with secret_free. */
struct secret *cargo_answer_end(enum cargo_end end, enum cargo_kind kind,
                                const struct error *error);

#endif
