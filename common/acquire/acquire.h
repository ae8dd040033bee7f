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

/* What a server that wants tokens says to who brings none; "" where it does not say. */
struct acquire_challenge {
    char www_authenticate[4096]; /* all such fields, with commas between them (challenge.h) */
    char resource_tenant[64];    /* X-VSS-ResourceTenant: the GUID of Azure DevOps' tenant */
};

struct acquire_module {
    struct module module;

    /* Asks the request's authority for a token, by whatever credential the request has, and ends by
     * the deadline (deadline.h). The caller clears the token. False with ERROR_REFUSED,
     * ERROR_NETWORK or ERROR_USAGE. */
    bool (*acquire)(const struct token_request *request, int64_t deadline, struct token *token,
                    struct error *error);

    /* Sends the server at an https URL a HEAD request without credentials, follows no redirect, and
     * gives its challenge. False with ERROR_NETWORK. */
    bool (*ask_challenge)(const char *url, int64_t deadline, struct acquire_challenge *challenge,
                          struct error *error);
};

#endif
