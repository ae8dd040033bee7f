/* SPDX-License-Identifier: MIT */
/*
 * Logins that docker and podman use before they ask a helper of their configuration.
 */
#ifndef HELPERS_ENTRA_SETUP_DOCKER_RIVALS_H
#define HELPERS_ENTRA_SETUP_DOCKER_RIVALS_H

#include <stddef.h>

/* Warns of those for the registries: those of `podman login`, whose file podman, buildah and skopeo
 * read before the one with credHelpers, and DOCKER_AUTH_CONFIG, which docker does.
 *
 * Sources: containers-auth.json(5); docker/cli, cli/config/configfile/file.go. */
void docker_rivals_warn(char *const *registries, size_t count);

#endif
