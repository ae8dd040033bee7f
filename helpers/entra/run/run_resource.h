/* SPDX-License-Identifier: MIT */
/*
 * What the command of `entra run` gets for a resource: that of the API of the configuration, or the
 * built-in one, which has it.
 */
#ifndef HELPERS_ENTRA_RUN_RUN_RESOURCE_H
#define HELPERS_ENTRA_RUN_RUN_RESOURCE_H

#include <stdbool.h>

#include "common/base/error.h"
#include "common/base/options.h"
#include "common/config/config.h"
#include "common/entra/request.h"

/* Makes the request for a resource. An API whose scopes are narrower than the whole resource is
 * requested with these scopes. Several APIs of the configuration must have the same identity: whose
 * token is meant is not for us to guess. An unknown resource gets the default identity's.
 *
 * The configuration is of these options, which are changed. The caller clears *ret_candidates with
 * token_candidates_clear, also on failure. Fails with ERROR_USAGE. */
bool run_resource_request(struct config *config, struct options *options, const char *resource,
                          struct token_candidates *ret_candidates, struct error *error);

#endif
