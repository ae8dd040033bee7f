/* SPDX-License-Identifier: MIT */
/*
 * What `entra setup kubectl` says of a file that it changes.
 */
#ifndef HELPERS_ENTRA_SETUP_KUBECONFIG_REPORT_H
#define HELPERS_ENTRA_SETUP_KUBECONFIG_REPORT_H

#include <stdbool.h>

#include "common/base/error.h"
#include "helpers/entra/setup/kubeconfig_list.h"

struct kubeconfig_report {
    const struct kubeconfig_module *module;
    const struct kubeconfig_target *target; /* the file as it was */
    const struct kubeconfig *changed;       /* the file as it is now, or would be */
    const char *login;                      /* that is wanted; NULL: none in particular */
    const char *backup;                     /* where the original is; "": it was not replaced */
    bool is_removal;                        /* the conversion is undone */
};

/* Prints to stdout what became of each changed user, and where the original is. */
void kubeconfig_report_text(const struct kubeconfig_report *report);

/* Adds the changed users to the member users of the document. */
void kubeconfig_report_json(const struct kubeconfig_report *report);

/* Prints what would be changed as a patch. Fails with ERROR_OTHER if it cannot be written. */
bool kubeconfig_report_diff(const struct kubeconfig_target *target, struct error *error);

#endif
