/*
 * The acquisition of tokens: a module of its own (module.h), since libcurl and OpenSSL live in it
 * and nowhere else. It knows nothing of keyrings or host tools.
 */
#ifndef COMMON_ACQUIRE_ACQUIRE_H
#define COMMON_ACQUIRE_ACQUIRE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/error.h"
#include "common/module.h"
#include "common/request.h"
#include "common/token.h"

#define ACQUIRE_MODULE "entra-acquire.so"

struct acquire_module {
    struct module module;

    /* Asks the request's authority for a token, by whatever credential the request has, and ends by
     * the deadline (deadline.h). The caller clears the token. False with ERROR_REFUSED,
     * ERROR_NETWORK or ERROR_USAGE. */
    bool (*acquire)(const struct token_request *request, int64_t deadline, struct token *token,
                    struct error *error);
};

#endif
