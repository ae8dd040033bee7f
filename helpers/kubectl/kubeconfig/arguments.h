/* SPDX-License-Identifier: MIT */
/*
 * The args and env of a user's exec section, and the edits that change their options.
 */
#ifndef HELPERS_KUBECTL_KUBECONFIG_ARGUMENTS_H
#define HELPERS_KUBECTL_KUBECONFIG_ARGUMENTS_H

#include "helpers/kubectl/kubeconfig/kubeconfig.h"
#include "helpers/kubectl/kubeconfig/users.h"

/* Adds the edits that give a user with an exec section the options of the conversion. An option
 * that is there gets the new value; another is inserted first, or after get-token. With a login,
 * the options that do not belong to it are removed (login.h). Fails with
 * ERROR_USAGE if the user changes and exec-credential-entra would refuse the result; edits may have
 * some of this user's then. */
bool arguments_change(const struct kubeconfig *file, const struct user *user,
                      const struct kubeconfig_conversion *conversion, struct edits *edits,
                      struct error *error);

/* Checks that exec-credential-entra accepts a command line with these variables, by the check of
 * the conversion (kubeconfig.h). May reorder line. Fails with ERROR_USAGE; the message names the
 * user. */
bool arguments_check(const struct user *user, const struct kubeconfig_conversion *conversion,
                     char **line, const char *const *variables, struct error *error);

/* The login method of a user with an exec section, by its variable or its args; NULL if it has
 * none. The caller frees it. */
char *arguments_login(const struct kubeconfig *file, const struct user *user);

#endif
