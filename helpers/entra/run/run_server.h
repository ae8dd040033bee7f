/* SPDX-License-Identifier: MIT */
/*
 * The process that serves the endpoint of `entra run`, beside the one that waits for the command,
 * so that an answer does not wait for a signal or a suspended job. It makes each answer in a fork
 * of its own: tokens_get is for one thread, and one that waits for a slow authority must not make
 * others wait. Each of them ends when the process ends that started it.
 *
 *     run_server_start(&settings, &server, error)
 *     ...                          server.url, server.secret: for the command
 *     run_server_stop(&server)     from here on, nobody can connect
 *
 * It is started before anything that may start threads (common/base/supervisor.h), and stays
 * without any itself.
 *
 * It is in our process group, and gets each signal that is sent to the group. So it can tell a
 * signal that was meant for all, which the command has got as well, from one for us alone.
 *
 * If we are killed while the command runs, the kernel kills the command, and the server ends the
 * rest of the process group, if that is ours.
 */
#ifndef HELPERS_ENTRA_RUN_RUN_SERVER_H
#define HELPERS_ENTRA_RUN_RUN_SERVER_H

#include <stdbool.h>
#include <sys/types.h>

#include "common/base/error.h"
#include "common/base/options.h"
#include "common/base/secret.h"
#include "helpers/entra/run/run_listener.h"
#include "helpers/entra/run/run_token.h"

struct run_server {
    pid_t pid;   /* 0: there is none */
    int control; /* to ask it of signals */
    struct run_listener listener;
    char *url;             /* IDENTITY_ENDPOINT */
    struct secret *secret; /* IDENTITY_HEADER */
};

struct run_server_settings {
    const struct options *options;  /* the common ones: whose tokens */
    const char *address;            /* of this machine, to listen at */
    bool address_may_come;          /* as run_listener_open has it */
    const struct run_limit *limits; /* what may be asked for */
    size_t limit_count;             /* 0: anything */
    bool for_any_identity;          /* a request that names another one is answered all the same */
};

/* Starts to serve, on a free port. The caller stops *ret_server with run_server_stop, also on
 * failure. Fails with ERROR_OTHER, or with ERROR_USAGE if the address is not one of this machine.
 */
bool run_server_start(const struct run_server_settings *settings, struct run_server *ret_server,
                      struct error *error);

/* The command runs from here on, or may soon, and must not outlive us. To be called before it
 * starts: a process can be killed at any moment. */
void run_server_guard(const struct run_server *server);

/* Whether the server got this signal too, since it was last asked. If it does not say so within two
 * seconds, it did not. */
bool run_server_got_signal(const struct run_server *server, int number);

/* Ends the server at once, with all that it is doing, and frees what belongs to it. */
void run_server_stop(struct run_server *server);
#define auto_run_server CLEANUP(run_server_stop)

#endif
