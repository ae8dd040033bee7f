/* SPDX-License-Identifier: MIT */
/*
 * Writes a changed kubeconfig, under kubectl's lock, and keeps the original as its backup.
 */
#ifndef HELPERS_ENTRA_SETUP_KUBECONFIG_CHANGE_H
#define HELPERS_ENTRA_SETUP_KUBECONFIG_CHANGE_H

#include <limits.h>

#include "helpers/entra/setup/kubeconfig_list.h"

/* Replaces a file by its changed text, if it still is as it was read. ret_backup is the path of the
 * original then. Fails with ERROR_OTHER, or as file_read does; the message has the path. */
bool kubeconfig_change(const struct kubeconfig_target *target, const struct secret *changed,
                       char ret_backup[PATH_MAX], struct error *error);

#endif
