/* SPDX-License-Identifier: MIT */
/*
 * Tenant discovery: asks a server which tenant's tokens it accepts.
 */
#ifndef COMMON_ACQUIRE_HTTP_DISCOVERY_H
#define COMMON_ACQUIRE_HTTP_DISCOVERY_H

#include "common/acquire/acquire.h"

/* Implements ask_challenge of struct acquire_module. */
bool discovery_ask_challenge(const char *url, int64_t deadline,
                             struct acquire_challenge *ret_challenge, struct error *error);

#endif
