/* SPDX-License-Identifier: MIT */
/*
 * The exchange of an Entra access token for the refresh token of an Azure Container Registry: one
 * request, to the registry itself. Nothing that a registry says leads the token elsewhere: neither
 * the realm of a challenge, for which it is not asked, nor a redirect.
 */
#ifndef COMMON_ACQUIRE_REGISTRY_REGISTRY_EXCHANGE_H
#define COMMON_ACQUIRE_REGISTRY_REGISTRY_EXCHANGE_H

#include "common/acquire/acquire.h"

/* Implements exchange of struct acquire_module. */
bool registry_exchange(const char *registry, const struct secret *access_token, int64_t deadline,
                       struct token *ret_token, struct error *error);

#endif
