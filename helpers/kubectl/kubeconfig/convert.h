/* SPDX-License-Identifier: MIT */
/*
 * What must change in a file so that a user asks us.
 */
#ifndef HELPERS_KUBECTL_KUBECONFIG_CONVERT_H
#define HELPERS_KUBECTL_KUBECONFIG_CONVERT_H

#include "helpers/kubectl/kubeconfig/kubeconfig.h"
#include "helpers/kubectl/kubeconfig/users.h"

/* Adds the edits of one user; none where nothing is to change. False with ERROR_USAGE, and then
 * without any edit of this user, where it cannot be ours. */
bool convert_user(const struct kubeconfig *file, const struct user *user,
                  const struct kubeconfig_wish *wish, struct edits *edits, struct error *error);

#endif
