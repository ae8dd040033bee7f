/* SPDX-License-Identifier: MIT */
/*
 * Converts one user to exec-credential-entra.
 */
#ifndef HELPERS_KUBECTL_KUBECONFIG_CONVERT_H
#define HELPERS_KUBECTL_KUBECONFIG_CONVERT_H

#include "helpers/kubectl/kubeconfig/kubeconfig.h"
#include "helpers/kubectl/kubeconfig/users.h"

/* Adds the edits that convert a user; none if nothing changes. Fails with ERROR_USAGE if the user
 * cannot be converted; then edits has none of this user's. */
bool convert_user(const struct kubeconfig *file, const struct user *user,
                  const struct kubeconfig_conversion *conversion, struct edits *edits,
                  struct error *error);

#endif
