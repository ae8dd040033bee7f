/* SPDX-License-Identifier: MIT */
/*
 * The server that a host tool names on stdin: contoso.azurecr.io, or a URL at it. A pure function.
 *
 * Source: docker/docker-credential-helpers, README.md.
 */
#ifndef HELPERS_DOCKER_DOCKER_SERVER_H
#define HELPERS_DOCKER_DOCKER_SERVER_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/error.h"
#include "common/entra/url.h"

#define DOCKER_SERVER_MAX (URL_MAX + 64) /* with blanks around it */

struct docker_server {
    char *text;                  /* as it was named, without blanks around it; owned */
    struct url url;              /* https, if no scheme was named */
    char registry[HOST_MAX + 8]; /* its host, with the port if that is not the usual one */
};

/* Where the text ends on a descriptor that its writer leaves open: after the first line that is not
 * empty (secret_read_input). */
size_t docker_server_end(const char *bytes, size_t length, size_t seen);

/* Parses the text. Its characters need no escape in JSON. The caller clears *ret_server with
 * docker_server_clear. Fails with ERROR_USAGE, and then *ret_server is empty: the text is no
 * server's that could be given a token. */
bool docker_server_parse(const char *text, size_t length, struct docker_server *ret_server,
                         struct error *error);

/* Fails with ERROR_USAGE: the server is not a container registry of ours. The hint says how it
 * would be one. */
bool docker_server_fail(const struct docker_server *server, struct error *error);

void docker_server_clear(struct docker_server *server);
#define auto_docker_server CLEANUP(docker_server_clear)

#endif
