/* SPDX-License-Identifier: MIT */
/*
 * The ID of a tenant that is given as a domain, as its authority publishes it. It is stored
 * (common/store/tenant_cache.h), so that an authority is asked once.
 */
#ifndef COMMON_TOKENS_TENANT_ID_H
#define COMMON_TOKENS_TENANT_ID_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/error.h"
#include "common/entra/authority.h"
#include "common/entra/request.h"

struct tenant_id {
    char text[AUTHORITY_TENANT_MAX]; /* a GUID; or organizations or common, which have none */
};

/* Finds the ID of the request's tenant, if it has none or it is known already. */
bool tenant_id_is_known(const struct token_request *request, struct tenant_id *ret_tenant);

/* Asks the authority for it. Fails as probe of struct acquire_module does, and with ERROR_NETWORK
 * if the authority does not publish it. */
bool tenant_id_ask(const struct token_request *request, int64_t deadline,
                   struct tenant_id *ret_tenant, struct error *error);

#endif
