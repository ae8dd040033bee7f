/* SPDX-License-Identifier: MIT */
/*
 * Converts one user to exec-credential-entra.
 */
#ifndef HELPERS_KUBECTL_KUBECONFIG_CONVERT_H
#define HELPERS_KUBECTL_KUBECONFIG_CONVERT_H

#include "helpers/kubectl/kubeconfig/kubeconfig.h"
#include "helpers/kubectl/kubeconfig/users.h"

/* Adds the edits that convert a user, as kubeconfig.h says of convert; none unless the outcome is
 * KUBECONFIG_CONVERTED. */
enum kubeconfig_outcome convert_user(const struct kubeconfig *file, const struct user *user,
                                     const struct kubeconfig_conversion *conversion, bool is_named,
                                     struct edits *edits, struct error *error);

#endif
