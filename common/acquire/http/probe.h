/* SPDX-License-Identifier: MIT */
/*
 * A look at what stands between us and an authority, by asking what it publishes about itself
 * (OpenID Connect Discovery 1.0).
 */
#ifndef COMMON_ACQUIRE_HTTP_PROBE_H
#define COMMON_ACQUIRE_HTTP_PROBE_H

#include "common/acquire/acquire.h"

/* As struct acquire_module's probe. */
bool probe_authority(const struct token_request *request, int64_t deadline,
                     struct authority_probe *probe, struct error *error);

#endif
