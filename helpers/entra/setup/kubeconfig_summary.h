/* SPDX-License-Identifier: MIT */
/*
 * What became of the users and files of `entra setup kubectl`, for its last words. A problem with
 * one does not stop the others, but the job is not done then.
 *
 *     summary_count(&summary, KUBECONFIG_CONVERTED);
 *     summary_add_problem(&summary, &why);
 *     return summary_finish(&summary, error);
 */
#ifndef HELPERS_ENTRA_SETUP_KUBECONFIG_SUMMARY_H
#define HELPERS_ENTRA_SETUP_KUBECONFIG_SUMMARY_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/error.h"
#include "helpers/kubectl/kubeconfig/kubeconfig.h"

struct summary {
    bool is_dry_run, is_removal;
    bool is_plan;                          /* problems are only counted */
    bool is_json;                          /* stdout is for the document */
    const char *context;                   /* the only one that is meant; NULL: all are */
    size_t counts[KUBECONFIG_REFUSED + 1]; /* users, by outcome */
    size_t problems;                       /* users and files that are left */
    struct error first;                    /* the first problem */
};

/* Counts a user. */
void summary_count(struct summary *summary, enum kubeconfig_outcome outcome);

/* Reports a user or file that is left unchanged, whose name is in the message. */
void summary_add_problem(struct summary *summary, const struct error *why);

/* Says what was done and what is left. Fails with the kind of the first problem if there is one. */
bool summary_finish(const struct summary *summary, struct error *error);

#endif
