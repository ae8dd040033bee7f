/* SPDX-License-Identifier: MIT */
/*
 * The arguments of a user's exec section, and the variables beside them: as they are, and as they
 * are to be.
 */
#ifndef HELPERS_KUBECTL_KUBECONFIG_ARGUMENTS_H
#define HELPERS_KUBECTL_KUBECONFIG_ARGUMENTS_H

#include "helpers/kubectl/kubeconfig/kubeconfig.h"
#include "helpers/kubectl/kubeconfig/users.h"

/* Adds the edits that give a user with an exec section the options that are wished, each in place
 * of what stands there or, where nothing does, as the first of the arguments but for get-token.
 * False with ERROR_USAGE where exec-credential-entra would refuse what comes of it, and something
 * of this user changes. Then edits of it may be there. */
bool arguments_change(const struct kubeconfig *file, const struct user *user,
                      const struct kubeconfig_wish *wish, struct edits *edits, struct error *error);

/* Whether exec-credential-entra takes a command line (the program's name first, NULL ends it) and
 * variables (as kubeconfig_wish.check has them). False with ERROR_USAGE, which names the user. */
bool arguments_check(const struct user *user, const struct kubeconfig_wish *wish, char **line,
                     const char *const *variables, struct error *error);

#endif
