/* SPDX-License-Identifier: MIT */
/*
 * Proof of possession as Arc-enabled Kubernetes clusters take it: an access token that the
 * authority has bound to a key (RFC 7800), in a JWT that is signed with the key for one cluster and
 * for a short time, MSAL's "signed HTTP request".
 *
 * Sources: github.com/Azure/kubelogin, pkg/internal/pop, which makes them;
 * github.com/kubeguard/guard, auth/providers/azure/pop_tokenverifier.go, which checks them;
 * draft-ietf-oauth-signed-http-request.
 */
#ifndef COMMON_ACQUIRE_POP_H
#define COMMON_ACQUIRE_POP_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/error.h"
#include "common/entra/pop_key.h"
#include "common/entra/token.h"

/* How long a cluster accepts a signature, by guard's default
 * (--azure.pop-token-validity-duration). */
#define POP_SECONDS (15 * 60)

/* The value of req_cnf in a request for a token that is to be bound to the key: the key's ID, and
 * that it is in software (xms_ksl), in base64url. The caller frees it with secret_free. */
struct secret *pop_confirmation(const struct pop_key *key);

/* Implement the functions of struct acquire_module. */
bool pop_make_key(struct pop_key *ret_key, struct error *error);
bool pop_check_key(const struct pop_key *key, struct error *error);
bool pop_sign(const struct pop_key *key, const char *host, const struct token *token, int64_t now,
              struct token *ret_token, struct error *error);

#endif
