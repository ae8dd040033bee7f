/* SPDX-License-Identifier: MIT */
/*
 * Refresh tokens of container registries (common/entra/registry_token.h): an Entra access token,
 * from the keyring or from its authority, is exchanged for one. If the registry refuses one from
 * the keyring, it gets a new one, once.
 */
#ifndef COMMON_TOKENS_REGISTRY_TOKENS_H
#define COMMON_TOKENS_REGISTRY_TOKENS_H

#include "common/tokens/token_source.h"

/* As token_source_acquire, for a request that has a registry. */
enum acquire_end registry_tokens_acquire(struct attempt *attempt, struct token *ret_token,
                                         struct error *error);

#endif
