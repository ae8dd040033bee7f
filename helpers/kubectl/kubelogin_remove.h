/* SPDX-License-Identifier: MIT */
/* kubelogin's remove-tokens, and remove-cache-dir, its newer name. */
#ifndef HELPERS_KUBECTL_KUBELOGIN_REMOVE_H
#define HELPERS_KUBECTL_KUBELOGIN_REMOVE_H

#include "helpers/program.h"

extern const struct program kubelogin_remove;

#endif
