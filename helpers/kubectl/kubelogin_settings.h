/* SPDX-License-Identifier: MIT */
/*
 * For kubelogin*.c alone: the table of kubelogin's settings, with all that is known of each. Beside
 * kubelogin.h, which is for those who use them.
 */
#ifndef HELPERS_KUBECTL_KUBELOGIN_SETTINGS_H
#define HELPERS_KUBECTL_KUBELOGIN_SETTINGS_H

#include "helpers/kubectl/kubelogin.h"

struct kubelogin_setting_facts {
    const char *flag;
    const char *letter;         /* the short flag; may be NULL */
    const char *argument;       /* its name in --help; NULL: a switch */
    const char *help;           /* NULL: the setting has no flag */
    const char *environment[2]; /* variables; the first takes precedence */
    const char *terraform;      /* instead of these, with --use-azurerm-env-vars */
    const char *workload;       /* takes precedence, with --login workloadidentity */
    const char *pipelines;      /* after all others, with --login azurepipelines */
    const char *weakest;        /* read always, if nothing else sets the value */
    const char *ignored;        /* why the setting is accepted but not used */
    const char *refused;        /* why the flag is refused: the hint */
};

extern const struct kubelogin_setting_facts kubelogin_settings[KUBELOGIN_SETTINGS];

/* The value of a flag; NULL if it is not given or empty, which is the same in kubelogin. */
const char *kubelogin_flag_value(const struct options *options, enum kubelogin_setting which);

/* Whether a flag is given. A switch that is false counts as not given. */
bool kubelogin_flag_is_given(const struct options *options, enum kubelogin_setting which);

/* Refuses secrets on the command line. Fails with ERROR_USAGE. */
bool kubelogin_check_flags(const struct options *options, struct error *error);

/* The value of a setting, NULL if it is not set; and whether a switch is on. */
const char *kubelogin_text(const struct kubelogin *kubelogin, enum kubelogin_setting which);
bool kubelogin_is_on(const struct kubelogin *kubelogin, enum kubelogin_setting which);

/* The part of kubelogin_apply for the login method. Fails with ERROR_USAGE. */
bool kubelogin_apply_login(struct kubelogin *kubelogin, struct error *error);

#endif
