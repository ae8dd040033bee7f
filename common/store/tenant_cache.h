/* SPDX-License-Identifier: MIT */
/*
 * The tenants that servers named, kept from one run to the next, so that a server is asked once:
 * files in $XDG_STATE_HOME/entra (~/.local/state/entra), one a place, each a line "PLACE TENANT".
 *
 * A place is the URL of whoever has a tenant: https://dev.azure.com/contoso. Nothing here is
 * secret, but what is kept decides whom a credential is shown to; so only a place itself, over
 * https, may have named its tenant, and the folder is this user's alone. Where it cannot be had,
 * nothing is kept, and nothing else happens.
 */
#ifndef COMMON_STORE_TENANT_CACHE_H
#define COMMON_STORE_TENANT_CACHE_H

#include <stdbool.h>

#include "common/entra/authority.h"

/* Finds a place's tenant, as authority_is_tenant takes it. False where none is kept. */
bool tenant_cache_find(const char *place, char tenant[AUTHORITY_TENANT_MAX]);

/* Keeps a place's tenant, in the place of another. */
void tenant_cache_keep(const char *place, const char *tenant);

void tenant_cache_forget(const char *place);

#endif
