/* SPDX-License-Identifier: MIT */
#include "common/acquire/http/probe.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "common/acquire/http/http.h"
#include "common/acquire/http/proxy.h"
#include "common/acquire/http/token_answer.h"
#include "common/base/json.h"
#include "common/base/text.h"
#include "common/entra/authority.h"

#define GUID_SIZE sizeof((struct authority_probe *)NULL)->tenant_id

/* Copies the GUID out of the issuer: https://login.microsoftonline.com/GUID/v2.0. */
static void read_tenant(const json_object *metadata, char (*tenant_id)[GUID_SIZE])
{
    char guid[GUID_SIZE];
    const char *issuer = json_string(metadata, "issuer");
    const char *host = issuer != NULL ? strstr(issuer, "://") : NULL;
    const char *path = host != NULL ? strchr(host + strlen("://"), '/') : NULL;
    if (path == NULL)
        return;
    snprintf(guid, sizeof guid, "%s", path + 1);
    if (text_is_guid(guid) && strcspn(path + 1, "/") == strlen(guid))
        memcpy(*tenant_id, guid, sizeof guid);
}

/* Whether the response is an authority's metadata, which names a token endpoint. An authority
 * refuses in the same form as a token endpoint does. */
static bool check_metadata(const struct http_response *response, char (*tenant_id)[GUID_SIZE],
                           struct error *error)
{
    struct error not_json;
    auto_token struct token none = { 0 };
    auto_json json_object *answer =
        json_parse(response->unredacted->bytes, response->unredacted->length, &not_json);
    if (response->status == 200 && answer != NULL &&
        json_string(answer, "token_endpoint") != NULL) {
        read_tenant(answer, tenant_id);
        return true;
    }
    if (!token_answer_read(response, TOKEN_TYPE_BEARER, &none, error) &&
        error->kind != ERROR_NONE && strcmp(error->code, "unusable_answer") != 0)
        return false;
    error_set(error, ERROR_NETWORK,
              "the server that answered publishes no token endpoint (HTTP %ld)", response->status);
    return error_known_as(error, "not_a_token_endpoint");
}

bool probe_authority(const struct token_request *request, int64_t deadline,
                     struct authority_probe *ret_probe, struct error *error)
{
    autofree char *url = authority_metadata_url(request->instance, request->tenant);
    *ret_probe = (struct authority_probe){ 0 };

    struct http_route route = { 0 };
    struct http_response response CLEANUP(http_response_clear) = { 0 };
    const struct http_request get = { .url = url, .route = &route };
    bool answered = http_send(&get, deadline, &response, error);
    int64_t now = time(NULL);
    if (strncmp(url, "https://", strlen("https://")) == 0)
        network_proxy_plain(proxy_url(), ret_probe->proxy, sizeof ret_probe->proxy);
    ret_probe->by_proxy = route.by_proxy;
    snprintf(ret_probe->address, sizeof ret_probe->address, "%s", route.address);
    snprintf(ret_probe->issuer, sizeof ret_probe->issuer, "%s", route.issuer);
    ret_probe->certified_to = route.certified_to;
    ret_probe->clock_is_known = answered && response.date > 0;
    ret_probe->clock_ahead = ret_probe->clock_is_known ? now - response.date : 0;
    return answered && check_metadata(&response, &ret_probe->tenant_id, error);
}
