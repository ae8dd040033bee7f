/* SPDX-License-Identifier: MIT */
/* The file of a server's tenant, which decides who receives a credential. */
#include "common/store/tenant_cache.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/memory_folder.h"

#define PLACE "https://dev.azure.com/contoso"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char tenant[AUTHORITY_TENANT_MAX], again[AUTHORITY_TENANT_MAX];
    setenv("XDG_STATE_HOME", "/state", 1);
    memory_folder_put((const char *)data, size);
    if (!tenant_cache_find(PLACE, tenant))
        return 0;
    HOLDS(authority_is_tenant(tenant));
    HOLDS(size > strlen(PLACE) && memcmp(data, PLACE " ", strlen(PLACE) + 1) == 0);
    HOLDS(!tenant_cache_find("https://dev.azure.com/con", again));

    tenant_cache_forget(PLACE);
    HOLDS(!tenant_cache_find(PLACE, again));
    tenant_cache_keep(PLACE, tenant);
    HOLDS(tenant_cache_find(PLACE, again) && strcmp(tenant, again) == 0);
    return 0;
}
