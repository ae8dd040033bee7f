/* SPDX-License-Identifier: MIT */
/*
 * The configuration of docker (config.json), or of podman (auth.json), as far as it names the
 * helper of a registry:
 *
 *     { "auths": { ... }, "credHelpers": { "contoso.azurecr.io": "entra" } }
 *
 * Pure functions on its text, of which all else stays as it is: order, blanks, numbers, and what
 * other programs keep in it.
 *
 * Sources: docker/cli, cli/config/configfile/file.go; containers-auth.json(5).
 */
#ifndef HELPERS_ENTRA_SETUP_DOCKER_CONFIG_H
#define HELPERS_ENTRA_SETUP_DOCKER_CONFIG_H

#include "common/base/json.h"
#include "common/base/secret.h"

#define DOCKER_CONFIG_MAX (1024 * 1024)

/* The suffix of docker-credential-entra. */
#define DOCKER_CONFIG_HELPER "entra"

/* Parses the text, in which an empty one stands for an empty object. The caller releases it with
 * json_wipe. Returns NULL with ERROR_OTHER, and a message that is the end of a sentence, if it is
 * not a JSON object, or its credHelpers is not one. */
json_object *docker_config_parse(const struct secret *text, struct error *error);

/* The helper of a registry; NULL if it has none. The configuration, which may be NULL, owns it. */
const char *docker_config_helper(const json_object *config, const char *registry);

/* Whether there is nothing but helpers of registries, and each of them is ours. */
bool docker_config_is_ours(const json_object *config);

/* Calls visit() for each registry that has a login or a helper; helper is NULL for a login. */
void docker_config_each(const json_object *config,
                        void (*visit)(void *context, const char *registry, const char *helper),
                        void *context);

/* The text with this helper for the registry, a host in lower case with or without a port; NULL:
 * with none. The caller frees it with secret_free. Returns NULL with ERROR_OTHER, as
 * docker_config_parse, or if the text has the same name twice where it would be changed. */
struct secret *docker_config_set(const struct secret *text, const char *registry,
                                 const char *helper, struct error *error);

#endif
