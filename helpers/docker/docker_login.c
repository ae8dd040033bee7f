/* SPDX-License-Identifier: MIT */
#include "helpers/docker/docker_login.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/json.h"
#include "common/entra/registry_token.h"
#include "helpers/docker/docker_answer.h"

bool docker_login_parse(const char *text, size_t length, struct docker_login *ret_login,
                        struct error *error)
{
    struct error unused;
    if (length > DOCKER_LOGIN_MAX)
        return error_set(error, ERROR_USAGE, "the login is longer than %d bytes", DOCKER_LOGIN_MAX);
    auto_json_secret json_object *login = json_parse(text, length, &unused);
    if (!json_object_is_type(login, json_type_object))
        return error_set(error, ERROR_USAGE, "the login is not a JSON object");
    const char *server = json_string(login, "ServerURL");
    const char *username = json_string(login, "Username");
    const char *secret = json_string(login, "Secret");
    if (server == NULL || server[0] == '\0')
        return error_set(error, ERROR_USAGE, DOCKER_NO_SERVER);
    if (username == NULL || username[0] == '\0')
        return error_set(error, ERROR_USAGE, DOCKER_NO_USERNAME);
    *ret_login = (struct docker_login){ .server_text = strdup(server),
                                        .secret = secret_from_text(secret != NULL ? secret : "") };
    docker_server_parse(server, strlen(server), &ret_login->server, &unused);
    return true;
}

bool docker_login_is_token(const struct docker_login *login)
{
    struct error unused;
    int64_t ignored;
    return login->server.text != NULL &&
           registry_token_read(login->secret->bytes, login->secret->length, login->server.registry,
                               &ignored, &unused);
}

void docker_login_clear(struct docker_login *login)
{
    docker_server_clear(&login->server);
    free(login->server_text);
    secret_free(login->secret);
    *login = (struct docker_login){ 0 };
}
