/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "helpers/docker/docker_server.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/cleanup.h"
#include "common/base/text.h"

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

size_t docker_server_end(const char *bytes, size_t length, size_t seen)
{
    (void)seen; /* there is little to look at again */
    size_t start = 0;
    while (start < length && is_blank(bytes[start]))
        start++;
    const char *end = memchr(bytes + start, '\n', length - start);
    return end != NULL ? (size_t)(end - bytes) + 1 : 0;
}

bool docker_server_parse(const char *text, size_t length, struct docker_server *ret_server,
                         struct error *error)
{
    struct docker_server server = { 0 };
    while (length > 0 && is_blank(text[length - 1]))
        length--;
    while (length > 0 && is_blank(text[0])) {
        text++;
        length--;
    }
    *ret_server = server;
    bool has_scheme = memmem(text, length, "://", 3) != NULL;
    autofree char *url = text_format("%s%.*s", has_scheme ? "" : "https://", (int)length, text);
    /* A NUL in the text ends the copy. */
    if (length == 0 || length > DOCKER_SERVER_MAX || memchr(text, '\0', length) != NULL)
        return error_set(error, ERROR_USAGE, "it is not the name of a server");
    if (!url_parse(url, strlen(url), &server.url, error))
        return false;
    autofree char *origin = url_origin(&server.url);
    snprintf(server.registry, sizeof server.registry, "%s", strstr(origin, "://") + 3);
    server.text = strndup(text, length);
    *ret_server = server;
    return true;
}

/* People know a registry by its first label, as az takes it. */
bool docker_server_fail(const struct docker_server *server, struct error *error)
{
    error_set(error, ERROR_USAGE, "%s is not a container registry of ours", server->registry);
    if (strpbrk(server->registry, ".:") == NULL)
        return error_hint(error, "Its whole name may be %s.azurecr.io.", server->registry);
    return error_hint(error, "A registry of another name than Azure's is an API of the "
                             "configuration, whose BaseUrl is its host, without a path; see "
                             "docker-credential-entra(1).");
}

void docker_server_clear(struct docker_server *server)
{
    free(server->text);
    *server = (struct docker_server){ 0 };
}
