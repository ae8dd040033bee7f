/* SPDX-License-Identifier: MIT */
/*
 * Where the endpoint of `entra run` listens: a free port of one address of this machine.
 */
#ifndef HELPERS_ENTRA_RUN_RUN_LISTENER_H
#define HELPERS_ENTRA_RUN_RUN_LISTENER_H

#include <stdbool.h>

#include "common/base/error.h"

#define RUN_LISTENER_LOOPBACK "127.0.0.1"

/* Whether nobody beyond this machine, and its network namespace, can reach the address. Fails with
 * ERROR_USAGE for what run_listener_open would not take as one address. */
bool run_listener_check(const char *address, bool *ret_is_loopback, struct error *error);

/* Where it listens, as a client has it in a URL and in NO_PROXY. */
struct run_listener {
    char *address; /* in its usual form: ::1 */
    char *host;    /* with the port: [::1]:8080 */
};

/* Listens on a free port of this IPv4 or IPv6 address, which is neither a name nor a wildcard. If
 * it `may_come`, and is of a private network, the machine need not have it yet: podman's bridge is
 * made with the first container (netavark). The caller clears *ret_listener with
 * run_listener_clear. Returns a socket, which is not blocking, or -1 with ERROR_USAGE if the
 * address is not one or not of this machine, or ERROR_OTHER. */
int run_listener_open(const char *address, bool may_come, struct run_listener *ret_listener,
                      struct error *error);

void run_listener_clear(struct run_listener *listener);

#endif
