/* SPDX-License-Identifier: MIT */
/*
 * The container registry that a host tool asks for: whether it is one of ours, and the requests for
 * its token.
 */
#ifndef HELPERS_DOCKER_DOCKER_REGISTRY_H
#define HELPERS_DOCKER_DOCKER_REGISTRY_H

#include "common/config/config.h"
#include "helpers/docker/docker_server.h"

/* Reads the configuration, and finds out whether the server is a registry that Entra tokens may be
 * sent to. *ret_config and *ret_api are set with CONFIG_MATCH only; the caller frees *ret_config
 * with config_free. Fails with ERROR_USAGE. */
enum config_match docker_registry_find(const struct options *options,
                                       const struct docker_server *server,
                                       struct config **ret_config,
                                       const struct config_api **ret_api, struct error *error);

/* As docker_registry_find, for a question to which CONFIG_NO_MATCH is an answer that does no harm:
 * if the configuration cannot be read, that is an error for a server that is a registry without it,
 * and a warning for others. */
enum config_match docker_registry_find_if_any(const struct options *options,
                                              const struct docker_server *server,
                                              struct config **ret_config,
                                              const struct config_api **ret_api,
                                              struct error *error);

/* Makes the requests for the server's refresh token. The caller clears *ret_candidates with
 * token_candidates_clear, also on failure. Fails with ERROR_USAGE. */
bool docker_registry_request(struct config *config, const struct config_api *api,
                             const struct docker_server *server,
                             struct token_candidates *ret_candidates, struct error *error);

#endif
