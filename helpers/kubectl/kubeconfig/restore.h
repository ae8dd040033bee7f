/* SPDX-License-Identifier: MIT */
/*
 * Undoes the conversion of one user: its former credentials come back, and everything else stays as
 * it is now. Values are written anew, since kubectl may have rewritten the file in the meantime.
 */
#ifndef HELPERS_KUBECTL_KUBECONFIG_RESTORE_H
#define HELPERS_KUBECTL_KUBECONFIG_RESTORE_H

#include "helpers/kubectl/kubeconfig/users.h"

/* Adds the edits that give a user of exec-credential-entra the credentials of another, its former
 * self in another file. */
void restore_user(const struct kubeconfig *file, const struct user *user,
                  const struct kubeconfig *former_file, const struct user *former,
                  struct edits *edits);

/* The same, where its former self is not known: only kubelogin's command comes back. Fails with
 * ERROR_USAGE if kubelogin would not take the args. */
bool restore_command(const struct kubeconfig *file, const struct user *user, struct edits *edits,
                     struct error *error);

#endif
