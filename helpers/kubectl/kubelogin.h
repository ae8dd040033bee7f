/* SPDX-License-Identifier: MIT */
/*
 * The command line and the environment of Azure/kubelogin's get-token, so that a kubeconfig made
 * for it changes one word: `command: kubelogin` becomes `command: exec-credential-entra`.
 *
 *     .options = kubelogin_options(),          // in struct program
 *     ...
 *     auto_kubelogin struct kubelogin kubelogin = { 0 };
 *     struct options made = *options;
 *     if (!kubelogin_read(&kubelogin, options, cluster, error) ||
 *         !kubelogin_apply(&kubelogin, &made, error))
 *
 * One table has each flag with its variables. A call is kubelogin's where one of its own flags is
 * given or one of its own variables (AAD_*) is set; then, as there, AZURE_* goes before AAD_*, and
 * both go before the flags. In any other call its variables are not looked at, and flags go before
 * the environment (config.h). What spec.cluster.config says is the weakest in both.
 *
 * Source: github.com/Azure/kubelogin, pkg/internal/token/options.go and pkg/internal/env.
 */
#ifndef HELPERS_KUBECTL_KUBELOGIN_H
#define HELPERS_KUBECTL_KUBELOGIN_H

#include <stdbool.h>

#include "common/base/error.h"
#include "common/base/json.h"
#include "common/base/options.h"

/* What kubelogin can be told, in the order of --help. */
enum kubelogin_setting {
    KUBELOGIN_LOGIN,
    KUBELOGIN_SERVER_ID,
    KUBELOGIN_TENANT_ID,
    KUBELOGIN_CLIENT_ID, /* its flag is a common option, which may be empty here */
    KUBELOGIN_ENVIRONMENT,
    KUBELOGIN_AUTHORITY_HOST,
    KUBELOGIN_LEGACY,
    KUBELOGIN_CLIENT_CERTIFICATE,
    KUBELOGIN_FEDERATED_TOKEN_FILE,
    KUBELOGIN_IDENTITY_RESOURCE_ID,
    KUBELOGIN_SERVICE_CONNECTION,
    KUBELOGIN_LOGIN_HINT,
    KUBELOGIN_USERNAME,
    KUBELOGIN_TERRAFORM,
    KUBELOGIN_NO_ENVIRONMENT,
    KUBELOGIN_REDIRECT_URL,
    KUBELOGIN_SUBSCRIPTION,
    KUBELOGIN_CACHE_DIR,
    KUBELOGIN_TOKEN_CACHE_DIR,
    KUBELOGIN_NO_DISCOVERY,
    KUBELOGIN_LOG_LEVEL,
    KUBELOGIN_LOG_TO_STDERR,
    KUBELOGIN_POP,
    KUBELOGIN_POP_CLAIMS,
    KUBELOGIN_CLIENT_SECRET,
    KUBELOGIN_CERTIFICATE_PASSWORD,
    KUBELOGIN_PASSWORD,
    KUBELOGIN_ROPC_USERNAME, /* no flag, nor has the next */
    KUBELOGIN_CLI_TIMEOUT,
    KUBELOGIN_SETTINGS,
};

/* A setting's value and who said it: a variable's name, a flag, spec.cluster.config. Both NULL
 * where nobody did. Nothing is owned. */
struct kubelogin_value {
    const char *text;
    const char *from;
    bool of_cluster; /* the cluster said it, and is not believed everything */
};

struct kubelogin {
    /* Names and values in turn, NULL after the last, in the environment's place; NULL: that. */
    const char *const *variables;

    bool is_called; /* the call is one of kubelogin's */
    struct kubelogin_value values[KUBELOGIN_SETTINGS];

    /* What struct options points at once it was applied. */
    char *scope;
    struct credential credential;
};

/* The table of its flags, for struct program. They fill options.own, but for client-id, which fills
 * that of the common options; timeout is one of those. Any may be empty, and then says nothing.
 * Static. */
const struct option_spec *kubelogin_options(void);

/* Whether the call is one of kubelogin's. */
bool kubelogin_is_called(const struct options *options);

/* Whether the words beside the options are kubelogin's: get-token, or none. False with ERROR_USAGE.
 */
bool kubelogin_check_operands(int count, char **operands, struct error *error);

/* Gathers what flags, environment and the cluster (spec.cluster.config, which may be NULL and must
 * outlive kubelogin) say. False with ERROR_USAGE: a secret is on the command line, a flag is not
 * available here, or the cluster says what is not believed of it. */
bool kubelogin_read(struct kubelogin *kubelogin, const struct options *options,
                    json_object *cluster, struct error *error);

/* Says under --verbose what was gathered, which asks for that too. */
void kubelogin_say(const struct kubelogin *kubelogin);

/* Writes it into the options, for config_request; those that are given there already stay.
 * kubelogin must outlive them. False with ERROR_USAGE. */
bool kubelogin_apply(struct kubelogin *kubelogin, struct options *options, struct error *error);

/* Whether --login can be this. False with ERROR_USAGE, which says why not; from is who said it. */
bool kubelogin_check_login(const char *name, const char *from, struct error *error);

/* Whether a command line (the program's name first; NULL ends it) and the variables that come with
 * it, as in struct kubelogin, are not refused whatever else is in the environment. The words are
 * put in another order. False with ERROR_USAGE, as at a call. */
bool kubelogin_check_line(char **line, const char *const *variables, struct error *error);

/* After config_request failed or made a request: whether --login is an app's and yet a person would
 * have to sign in, for want of a credential. Then false with ERROR_USAGE, which says so. */
bool kubelogin_check(const struct kubelogin *kubelogin, bool user_needed, struct error *error);

/* For kubelogin_*.c: what a setting says, NULL where nobody said it; whether a switch is on; and
 * the login written into the options, as kubelogin_apply does with all of them. */
const char *kubelogin_text(const struct kubelogin *kubelogin, enum kubelogin_setting which);
bool kubelogin_is_on(const struct kubelogin *kubelogin, enum kubelogin_setting which);
bool kubelogin_apply_login(struct kubelogin *kubelogin, struct options *options,
                           struct error *error);

void kubelogin_clear(struct kubelogin *kubelogin);
#define auto_kubelogin CLEANUP(kubelogin_clear)

#endif
