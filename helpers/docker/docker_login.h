/* SPDX-License-Identifier: MIT */
/*
 * What `docker login` has a helper store: {"ServerURL": "...", "Username": "...", "Secret": "..."}.
 *
 * Source: docker/docker-credential-helpers, README.md.
 */
#ifndef HELPERS_DOCKER_DOCKER_LOGIN_H
#define HELPERS_DOCKER_DOCKER_LOGIN_H

#include "common/base/secret.h"
#include "helpers/docker/docker_server.h"

#define DOCKER_LOGIN_MAX (64 * 1024)

struct docker_login {
    struct docker_server server; /* empty: it is no server that could be given a token */
    char *server_text;           /* as it was named; owned */
    struct secret *secret;       /* owned */
};

/* Parses it. The caller clears *ret_login with docker_login_clear. Fails with ERROR_USAGE. */
bool docker_login_parse(const char *text, size_t length, struct docker_login *ret_login,
                        struct error *error);

/* Whether the secret is a refresh token of the login's registry. */
bool docker_login_is_token(const struct docker_login *login);

void docker_login_clear(struct docker_login *login);
#define auto_docker_login CLEANUP(docker_login_clear)

#endif
