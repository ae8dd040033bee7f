/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "common/tokens/tenant_id.h"

#include <stdio.h>

#include "common/acquire/acquire.h"
#include "common/base/text.h"
#include "common/store/tenant_cache.h"

static bool ask(const struct token_request *request, int64_t deadline, struct tenant_id *tenant,
                struct error *error)
{
    struct authority_probe probe;
    const struct acquire_module *module = acquire_load(error);
    if (module == NULL || !module->probe(request, deadline, &probe, error))
        return error_wanted(error, "the ID of the tenant %s is not known", request->tenant);
    snprintf(tenant->text, sizeof tenant->text, "%s", probe.tenant_id);
    return tenant->text[0] != '\0' ||
           error_unusable_answer(error, "it does not tell the ID of the tenant %s",
                                 request->tenant);
}

bool tenant_id_find(const struct token_request *request, int64_t deadline,
                    struct tenant_id *ret_tenant, struct error *error)
{
    autofree char *place = text_format("%s/%s", request->instance, request->tenant);
    snprintf(ret_tenant->text, sizeof ret_tenant->text, "%s", request->tenant);
    if (!authority_is_single_tenant(request->tenant) || text_is_guid(request->tenant) ||
        (tenant_cache_find(place, ret_tenant->text) && text_is_guid(ret_tenant->text)))
        return true;
    if (!ask(request, deadline, ret_tenant, error))
        return false;
    tenant_cache_keep(place, ret_tenant->text);
    return true;
}
