/* SPDX-License-Identifier: MIT */
/* A server that docker names on stdin, and the answer in which it is repeated. */
#include "common/config/config.h"
#include "helpers/docker/docker_answer.h"
#include "tests/fuzz/fuzz.h"

/* Of Azure's registries, there is nothing behind the domain, and one label before it. */
static void check_registry(const struct docker_server *server)
{
    static const char *const domains[] = { ".azurecr.io", ".azurecr.us", ".azurecr.cn" };
    if (!config_is_builtin_registry(&server->url))
        return;
    const char *dot = strchr(server->registry, '.');
    HOLDS(dot != NULL && dot > server->registry && server->url.https);
    HOLDS(strcmp(dot, domains[0]) == 0 || strcmp(dot, domains[1]) == 0 ||
          strcmp(dot, domains[2]) == 0);
}

/* The answer is JSON with the server as it was named. */
static void check_answer(const struct docker_server *server)
{
    struct error error = { 0 };
    auto_secret struct secret *text = secret_from_text("e30.e30.e30");
    const struct token token = { .access_token = text };
    auto_secret struct secret *answer = docker_answer_format(server, &token);
    auto_json json_object *read = json_parse(answer->bytes, answer->length, &error);
    HOLDS(read != NULL && json_object_object_length(read) == 3);
    HOLDS(strcmp(json_string(read, "ServerURL"), server->text) == 0);
    HOLDS(strcmp(json_string(read, "Secret"), text->bytes) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    auto_docker_server struct docker_server server = { 0 }, again = { 0 };
    struct error error = { 0 };
    autofree char *text = fuzz_copy(data, size, 0);
    HOLDS(docker_server_end(text, size, 0) <= size);
    if (!docker_server_parse(text, size, &server, &error)) {
        HOLDS(server.text == NULL);
        fuzz_check_error(&error);
        return 0;
    }
    HOLDS(strlen(server.text) <= size && strlen(server.registry) > 0);
    check_registry(&server);
    check_answer(&server);
    if (server.url.https) {
        HOLDS(docker_server_parse(server.registry, strlen(server.registry), &again, &error));
        HOLDS(strcmp(again.registry, server.registry) == 0);
    }
    return 0;
}
