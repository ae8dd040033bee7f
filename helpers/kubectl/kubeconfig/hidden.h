/* SPDX-License-Identifier: MIT */
/*
 * The parts of a kubeconfig that are never shown.
 */
#ifndef HELPERS_KUBECTL_KUBECONFIG_HIDDEN_H
#define HELPERS_KUBECTL_KUBECONFIG_HIDDEN_H

#include "helpers/kubectl/kubeconfig/yaml.h"

/* Adds every secret value of the file, so that edits_print_diff hides it. */
void hidden_add(const struct yaml *yaml, struct edits *edits);

#endif
