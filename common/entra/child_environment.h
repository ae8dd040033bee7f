/* SPDX-License-Identifier: MIT */
/*
 * Which variables of our environment a child process gets. The functions take "NAME=value" and are
 * meant for subprocess_run and its kin:
 *
 *     subprocess_run(command, child_environment_without_secrets, max, deadline, &status, &error)
 */
#ifndef COMMON_ENTRA_CHILD_ENVIRONMENT_H
#define COMMON_ENTRA_CHILD_ENVIRONMENT_H

#include <stdbool.h>

/* Keeps back every secret: for host tools and browsers. */
bool child_environment_without_secrets(const char *variable);

/* Keeps back the secrets of apps and users, but not those by which the platform (identity_source.h,
 * build_system.h) knows its job: for a command that gets a federated token. */
bool child_environment_with_platform_secrets(const char *variable);

/* Whether the variable (its name is enough) has exactly the name of one by which Azure's tools and
 * Terraform's providers take a secret of an app or a user; and of one by which the platform knows
 * its job. The functions above also keep back what merely ends in such a name. */
bool child_environment_is_credential(const char *variable);
bool child_environment_is_platform_secret(const char *variable);

#endif
