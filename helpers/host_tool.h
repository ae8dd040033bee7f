/* SPDX-License-Identifier: MIT */
/*
 * What a host tool says to its helper on stdin, and what it is told on stdout.
 */
#ifndef HELPERS_HOST_TOOL_H
#define HELPERS_HOST_TOOL_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/error.h"
#include "common/base/options.h"
#include "common/base/secret.h"

/* Reads stdin to the end that find_end names (secret_read_input), for as long as the answer may
 * take. what begins the message of an error: "the request". The caller frees the result with
 * secret_free. Returns NULL with ERROR_OTHER if it cannot be read or does not end, ERROR_USAGE if
 * it is longer than max bytes. */
struct secret *host_tool_read(const struct options *options, const char *what, size_t max,
                              secret_end *find_end, struct error *error);

/* Writes the whole answer, as it is. Fails with ERROR_OTHER. */
bool host_tool_write(const struct secret *answer, struct error *error);

#endif
