/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "common/tokens/tenant_id.h"

#include <stdio.h>

#include "common/acquire/acquire.h"
#include "common/base/text.h"
#include "common/store/tenant_cache.h"

/* The caller frees it. */
static char *place_of(const struct token_request *request)
{
    return text_format("%s/%s", request->instance, request->tenant);
}

bool tenant_id_is_known(const struct token_request *request, struct tenant_id *ret_tenant)
{
    autofree char *place = place_of(request);
    snprintf(ret_tenant->text, sizeof ret_tenant->text, "%s", request->tenant);
    return !authority_is_single_tenant(request->tenant) || text_is_guid(request->tenant) ||
           (tenant_cache_find(place, ret_tenant->text) && text_is_guid(ret_tenant->text));
}

bool tenant_id_ask(const struct token_request *request, int64_t deadline,
                   struct tenant_id *ret_tenant, struct error *error)
{
    struct authority_probe probe;
    autofree char *place = place_of(request);
    const struct acquire_module *module = acquire_load(error);
    if (module == NULL || !module->probe(request, deadline, &probe, error))
        return false;
    if (probe.tenant_id[0] == '\0')
        return error_unusable_answer(error, "it does not tell the tenant's ID");
    snprintf(ret_tenant->text, sizeof ret_tenant->text, "%s", probe.tenant_id);
    tenant_cache_keep(place, ret_tenant->text);
    return true;
}
