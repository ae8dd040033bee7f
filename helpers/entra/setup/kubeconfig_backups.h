/* SPDX-License-Identifier: MIT */
/*
 * The backups that setup left beside a kubeconfig, in which the former selves of its users are.
 */
#ifndef HELPERS_ENTRA_SETUP_KUBECONFIG_BACKUPS_H
#define HELPERS_ENTRA_SETUP_KUBECONFIG_BACKUPS_H

#include "helpers/entra/setup/kubeconfig_list.h"

/* Adds the edits that give back the former credentials of those of a file's users that run
 * exec-credential-entra, or of the only one that is meant (KUBECONFIG_ALL: all are): those in the
 * newest backup in which the user had others. A backup that cannot be read stops the search. Sets
 * the outcome of each user. What goes wrong with
 * one is passed to failed(). */
#define KUBECONFIG_ALL SIZE_MAX
void kubeconfig_backups_restore(const struct kubeconfig_list *list,
                                struct kubeconfig_target *target, size_t only,
                                void (*failed)(void *context, const struct error *why),
                                void *context);

#endif
