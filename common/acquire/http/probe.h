/* SPDX-License-Identifier: MIT */
/*
 * Tests the network path to an authority by requesting the metadata that it publishes (OpenID
 * Connect Discovery 1.0).
 */
#ifndef COMMON_ACQUIRE_HTTP_PROBE_H
#define COMMON_ACQUIRE_HTTP_PROBE_H

#include "common/acquire/acquire.h"

/* Implements probe of struct acquire_module. */
bool probe_authority(const struct token_request *request, int64_t deadline,
                     struct authority_probe *ret_probe, struct error *error);

#endif
