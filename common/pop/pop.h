/* SPDX-License-Identifier: MIT */
/*
 * Proof of possession as Arc-enabled Kubernetes clusters take it: an access token that the
 * authority has bound to a key (RFC 7800), in a JWT that is signed with the key for one cluster and
 * for a short time, MSAL's "signed HTTP request".
 *
 * It is a module of its own (common/base/module.h): it takes OpenSSL, but not the network, which
 * costs more to load than a warm proof takes otherwise.
 *
 * Sources: github.com/Azure/kubelogin, pkg/internal/pop, which makes them;
 * github.com/kubeguard/guard, auth/providers/azure/pop_tokenverifier.go, which checks them;
 * draft-ietf-oauth-signed-http-request.
 */
#ifndef COMMON_POP_POP_H
#define COMMON_POP_POP_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/error.h"
#include "common/base/file.h"
#include "common/base/module.h"
#include "common/entra/pop_key.h"
#include "common/entra/token.h"

#define POP_MODULE "entra-pop.so"

/* How long a cluster accepts a signature, by guard's default
 * (--azure.pop-token-validity-duration). */
#define POP_SECONDS (15 * 60)

/* Every function fails with ERROR_OTHER. */
struct pop_module {
    struct module module;

    /* Makes a new key. The caller clears *ret_key with pop_key_clear. */
    bool (*make_key)(struct pop_key *ret_key, struct error *error);

    /* Checks that a key from a keyring can be used. */
    bool (*check_key)(const struct pop_key *key, struct error *error);

    /* Signs a token that is bound to the key, for this host and from now on (Unix seconds). The
     * signed form expires after POP_SECONDS, or with the token. The caller clears *ret_token with
     * token_clear. Fails also if the token is bound to another key or to none. */
    bool (*sign)(const struct pop_key *key, const char *host, const struct token *token,
                 int64_t now, struct token *ret_token, struct error *error);
};

/* The table of the module, which is loaded on the first call. NULL with ERROR_OTHER (module_load),
 * or with ERROR_USAGE if OPENSSL_CONF names something that is not a file. */
static inline const struct pop_module *pop_load(struct error *error)
{
    if (!file_check_variable("OPENSSL_CONF", "", error))
        return NULL;
    return (const struct pop_module *)(const void *)module_load(POP_MODULE, error);
}

#endif
