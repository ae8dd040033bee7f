/* SPDX-License-Identifier: MIT */
/*
 * What the options of `entra setup kubectl`, kubelogin's among them, ask for.
 */
#ifndef HELPERS_ENTRA_SETUP_KUBECONFIG_OPTIONS_H
#define HELPERS_ENTRA_SETUP_KUBECONFIG_OPTIONS_H

#include "helpers/entra/setup/setup.h"
#include "helpers/kubectl/kubeconfig/kubeconfig.h"

/* Reads the login and the args of a conversion, which point into argv and *storage. Turns --verbose
 * on if kubelogin's log level (-v) asks for it. */
void kubeconfig_options_read(const struct options *options, struct setup_storage *storage,
                             struct kubeconfig_conversion *ret_conversion);

/* Checks that exec-credential-entra takes them, so that a fault in them is not taken for one of
 * each user. Fails with ERROR_USAGE. */
bool kubeconfig_options_check(const struct kubeconfig_conversion *conversion, struct error *error);

#endif
