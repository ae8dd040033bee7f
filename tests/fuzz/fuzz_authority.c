/* SPDX-License-Identifier: MIT */
/* An authority as named by a file, a flag or a server's challenge: the result is one host, over
 * https or on this machine, and a tenant that cannot change the URL. */
#include "common/entra/authority.h"
#include "common/entra/url.h"
#include "tests/fuzz/curl_reading.h"
#include "tests/fuzz/fuzz.h"

/* instance is https://HOST[:PORT][/PATH], and the endpoint is on that host. */
static void check_endpoint(const char *instance, const char *tenant)
{
    struct url whole = { 0 }, part = { 0 };
    struct error error = { 0 };
    autofree char *endpoint = authority_endpoint(instance, tenant, "token");
    HOLDS(url_parse(instance, strlen(instance), &part, &error));
    HOLDS(part.https || url_is_loopback(&part));
    HOLDS(endpoint != NULL && url_parse(endpoint, strlen(endpoint), &whole, &error));
    HOLDS(curl_reads_otherwise(endpoint, &whole) == NULL);
    HOLDS(strcmp(whole.host, part.host) == 0 && whole.port == part.port);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct error error = { 0 };
    autofree char *text = fuzz_copy(data, size, 1);
    text[size] = '\0';
    autofree char *bare = authority_instance(text, &error);
    if (bare != NULL)
        check_endpoint(bare, "contoso.onmicrosoft.com");
    autofree char *instance = NULL;
    autofree char *tenant = NULL;
    if (!authority_split(text, &instance, &tenant, &error))
        return 0;
    HOLDS(authority_is_tenant(tenant) || authority_is_adfs(tenant));
    check_endpoint(instance, tenant);
    return 0;
}
