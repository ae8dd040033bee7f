/* SPDX-License-Identifier: MIT */
/*
 * The answers to host tools, on stdout. Failures are answers too: host tools read why on stdout,
 * and know three texts, which they compare as a whole.
 *
 * Source: docker/docker-credential-helpers, README.md, credentials/error.go.
 */
#ifndef HELPERS_DOCKER_DOCKER_ANSWER_H
#define HELPERS_DOCKER_DOCKER_ANSWER_H

#include "common/base/json.h"
#include "common/base/secret.h"
#include "common/entra/token.h"
#include "helpers/docker/docker_server.h"
#include "keyring/keyring.h"

/* There are no credentials: host tools go on without, or ask another helper. After any other error,
 * most of them give up. */
#define DOCKER_NOT_FOUND   "credentials not found in native keychain"
#define DOCKER_NO_SERVER   "no credentials server URL"
#define DOCKER_NO_USERNAME "no credentials username"

/* The credentials of a server: its registry's refresh token. The caller frees them with
 * secret_free.
 */
struct secret *docker_answer_format(const struct docker_server *server, const struct token *token);

/* The servers that have credentials, with their user names, of the keyring's items of registry
 * tokens: those that are alive at this time (Unix seconds). The caller releases it with
 * json_object_put. */
json_object *docker_answer_list(const struct keyring_list *items, int64_t now);

#endif
