/* SPDX-License-Identifier: MIT */
/*
 * Tokens for the services of a machine: systemd starts `entra token --serve` when something
 * connects to the socket of entra-token@API.socket, and each connection is answered with the bare
 * token. systemd itself connects, for a service whose unit has
 *
 *     LoadCredential=token:/run/entra/API.sock
 *
 * The process ends when nobody waits for an answer any more, and a renewal that it has started in
 * the background has ended: systemd kills what a service leaves behind.
 */
#ifndef HELPERS_ENTRA_TOKEN_SERVICE_H
#define HELPERS_ENTRA_TOKEN_SERVICE_H

#include <stdbool.h>

#include "common/base/error.h"
#include "common/base/secret.h"

/* Makes the answer to a connection, which the caller frees. Fails with any kind. */
typedef bool token_service_answer(void *context, struct secret **ret_answer, struct error *error);

/* Answers the connections that wait at the socket that systemd handed over (sd_listen_fds(3)).
 * Without an answer there is none: an empty one would be taken for a token. So whoever waits goes
 * on waiting, and the answer is tried again every few seconds until there is one or the other side
 * gives up; what failed is reported each time it is something else. Fails with ERROR_USAGE if there
 * is no such socket. */
bool token_service_run(token_service_answer *answer, void *context, struct error *error);

#endif
