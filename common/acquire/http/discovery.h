/* SPDX-License-Identifier: MIT */
/*
 * A look at a server that wants tokens, before there is one for it.
 */
#ifndef COMMON_ACQUIRE_HTTP_DISCOVERY_H
#define COMMON_ACQUIRE_HTTP_DISCOVERY_H

#include "common/acquire/acquire.h"

/* As struct acquire_module has it. */
bool discovery_ask_challenge(const char *url, int64_t deadline, struct acquire_challenge *challenge,
                             struct error *error);

#endif
