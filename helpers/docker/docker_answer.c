/* SPDX-License-Identifier: MIT */
#include "helpers/docker/docker_answer.h"

#include <string.h>

#include "common/entra/registry_token.h"
#include "common/store/store.h"

/* Neither needs an escape (docker_server.h, token.h), and json-c would leave a copy of the token in
 * memory. */
struct secret *docker_answer_format(const struct docker_server *server, const struct token *token)
{
    return secret_format("{\"ServerURL\":\"%s\",\"Username\":\"" REGISTRY_TOKEN_USERNAME
                         "\",\"Secret\":\"%s\"}\n",
                         server->text, token->access_token->bytes);
}

json_object *docker_answer_list(const struct keyring_list *items, int64_t now)
{
    json_object *servers = json_object_new_object();
    for (size_t i = 0; i < items->count; i++) {
        struct error unused;
        auto_token struct token token = { 0 };
        auto_docker_server struct docker_server server = { 0 };
        const struct secret *record = items->items[i].record;
        const char *registry = keyring_item_attribute(&items->items[i], STORE_REGISTRY);
        /* Another program may have written the item. */
        if (record != NULL && docker_server_parse(registry, strlen(registry), &server, &unused) &&
            token_from_json(record->bytes, record->length, &token, &unused) &&
            token_is_fresh(&token, now))
            json_object_object_add(servers, server.registry,
                                   json_object_new_string(REGISTRY_TOKEN_USERNAME));
    }
    return servers;
}
