/* SPDX-License-Identifier: MIT */
/*
 * Where the endpoint of `entra run` listens: a free port of one address of this machine.
 */
#ifndef HELPERS_ENTRA_RUN_RUN_LISTENER_H
#define HELPERS_ENTRA_RUN_RUN_LISTENER_H

#include <stdbool.h>

#include "common/base/error.h"

#define RUN_LISTENER_LOOPBACK "127.0.0.1"

/* Whether nobody beyond this machine, and its network namespace, can reach the address. False for
 * what is not an address. */
bool run_listener_is_loopback(const char *address);

/* Listens on a free port of this IPv4 or IPv6 address, which is neither a name nor a wildcard.
 * *ret_host is the address and the port, as they are in a URL; the caller frees it. Returns a
 * socket, which is not blocking, or -1 with ERROR_USAGE if the address is not one or not of this
 * machine, or ERROR_OTHER. */
int run_listener_open(const char *address, char **ret_host, struct error *error);

#endif
