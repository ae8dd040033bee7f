/* SPDX-License-Identifier: MIT */
/*
 * The tenants that servers named, stored from one run to the next, so that each server is asked
 * only once, or again after 90 days: files in $XDG_STATE_HOME/entra (~/.local/state/entra), one per
 * place, each with a line "PLACE TENANT".
 *
 * A place is the URL that belongs to a tenant: https://dev.azure.com/contoso. Nothing here is
 * secret, but it decides who receives a credential. So a place's tenant must come from that place
 * itself, over https, and the folder must be private to the user. If there is no such folder,
 * nothing is stored, and that is not an error.
 */
#ifndef COMMON_STORE_TENANT_CACHE_H
#define COMMON_STORE_TENANT_CACHE_H

#include <stdbool.h>

#include "common/base/error.h"
#include "common/entra/authority.h"

/* Finds a place's tenant, which passes authority_is_tenant. Returns false if none is stored. */
bool tenant_cache_find(const char *place, char ret_tenant[AUTHORITY_TENANT_MAX]);

/* Stores a place's tenant; it replaces an earlier one. */
void tenant_cache_keep(const char *place, const char *tenant);

/* Deletes a place's tenant, if there is one. */
void tenant_cache_forget(const char *place);

/* Deletes all of them, and the folder. Fails with ERROR_OTHER. */
bool tenant_cache_remove(struct error *error);

#endif
