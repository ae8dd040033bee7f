/* SPDX-License-Identifier: MIT */
/*
 * The credentials of a user: the keys below "user:" that say how it authenticates. What else is
 * there, such as impersonation ("as"), extensions and comments, stays as it is.
 */
#ifndef HELPERS_KUBECTL_KUBECONFIG_CREDENTIALS_H
#define HELPERS_KUBECTL_KUBECONFIG_CREDENTIALS_H

#include "helpers/kubectl/kubeconfig/users.h"

/* Adds the edits that put an exec section with these args (NULL after the last) in the place of a
 * user's credentials. Fails with ERROR_USAGE if the user has no place for it. */
bool credentials_replace(const struct kubeconfig *file, const struct user *user,
                         const char *const *args, struct edits *edits, struct error *error);

/* Whether this key of a user is one of its credentials. */
bool credentials_include(const yaml_node_t *key);

#endif
