/* SPDX-License-Identifier: MIT */
/*
 * The command line and environment of Azure/kubelogin's get-token, so that a kubeconfig made for
 * kubelogin needs one change: `command: kubelogin` becomes `command: exec-credential-entra`.
 *
 *     .options = kubelogin_options(),          // in struct program
 *     ...
 *     auto_kubelogin struct kubelogin kubelogin = { .has_word = count > 0 };
 *     if (!kubelogin_read(&kubelogin, options, cluster, error) ||
 *         !kubelogin_apply(&kubelogin, options, error))
 *         return false;
 *     config_load(&kubelogin.options, &kubelogin.context, error)
 *
 * One table lists every flag with its variables. A call is a kubelogin call if it has the word
 * get-token or one of kubelogin's own flags, or if one of its own variables (AAD_*) is set. Then,
 * as in kubelogin, AZURE_* take precedence over AAD_*, and both over the flags. In any other call
 * its variables are ignored, and flags take precedence over the environment (config.h). In both,
 * spec.cluster.config comes last.
 *
 * Source: github.com/Azure/kubelogin, pkg/internal/token/options.go and pkg/internal/env.
 */
#ifndef HELPERS_KUBECTL_KUBELOGIN_H
#define HELPERS_KUBECTL_KUBELOGIN_H

#include <stdbool.h>

#include "common/base/error.h"
#include "common/base/json.h"
#include "common/base/options.h"
#include "common/config/config.h"

/* The argument of --login (options.h). */
#define KUBELOGIN_LOGIN_ARGUMENT                                                                   \
    "MODE=devicecode|interactive|spn|msi|workloadidentity|azurepipelines|azurecli|azd|chained"

/* kubelogin's settings, in the order of --help. */
enum kubelogin_setting {
    KUBELOGIN_LOGIN,
    KUBELOGIN_SERVER_ID,
    KUBELOGIN_TENANT_ID,
    KUBELOGIN_CLIENT_ID, /* a common option, which may be empty here */
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
    KUBELOGIN_AZURE_CONFIG_DIR,
    KUBELOGIN_NO_DISCOVERY,
    KUBELOGIN_LOG_LEVEL,
    KUBELOGIN_LOG_TO_STDERR,
    KUBELOGIN_POP,
    KUBELOGIN_POP_CLAIMS,
    KUBELOGIN_CLIENT_SECRET,
    KUBELOGIN_CERTIFICATE_PASSWORD,
    KUBELOGIN_PASSWORD,
    KUBELOGIN_ROPC_USERNAME, /* has no flag, and neither has the next */
    KUBELOGIN_CLI_TIMEOUT,
    KUBELOGIN_SETTINGS,
};

/* The value of a setting and what set it: a variable's name, a flag, or spec.cluster.config. Both
 * are NULL if it is not set. Neither is owned. */
struct kubelogin_value {
    const char *text;
    const char *from;
    bool from_cluster; /* set by the cluster, which is trusted less than the user */
};

struct kubelogin {
    /* The environment to use instead of the process's: names and values in turn, NULL after the
     * last. NULL: the process's environment. */
    const char *const *variables;

    bool has_word;  /* the word get-token is given; the caller sets it first */
    bool is_called; /* this is a kubelogin call */
    struct kubelogin_value values[KUBELOGIN_SETTINGS];

    /* What kubelogin_apply was given. Not owned. */
    const struct options *given;

    /* What kubelogin_apply makes of the settings: the common options, given or translated, and what
     * has no common option. */
    struct options options;
    struct config_context context;

    /* Owned; those point to them. */
    char *scope;
    char *account_folder;
    struct credential credential;
    char *user_because;
    char *pop_host; /* the token is bound to a key, and signed for this host; NULL: it is not */
};

/* The table of kubelogin's flags for struct program, static. They fill options.own; only client-id
 * fills the member of the common option, and timeout is a common option. Every flag may be empty,
 * which is the same as not giving it. A name lies in a text with its dashes, unless it is a letter.
 */
const struct option_spec *kubelogin_options(void);

/* Whether this is a kubelogin call. */
bool kubelogin_is_called(const struct kubelogin *kubelogin, const struct options *options);

/* Checks that the operands are kubelogin's: get-token or none. Fails with ERROR_USAGE. */
bool kubelogin_check_operands(int count, char **operands, struct error *error);

/* Collects the settings from flags, environment and cluster. cluster is spec.cluster.config; it may
 * be NULL and must outlive kubelogin. Fails with ERROR_USAGE if a secret is on the command line, a
 * flag is not supported or a value has the wrong type. The caller clears kubelogin in any case. */
bool kubelogin_read(struct kubelogin *kubelogin, const struct options *options,
                    json_object *cluster, struct error *error);

/* Traces the settings; turns --verbose on if the log level (--v) asks for it. */
void kubelogin_trace(const struct kubelogin *kubelogin);

/* Makes kubelogin->options and ->context, for config_load. Common options that are given stay.
 * Fails with ERROR_USAGE. */
bool kubelogin_apply(struct kubelogin *kubelogin, const struct options *given, struct error *error);

/* Called after config_request, if that made a user's request for a login that did not ask for one:
 * if a variable named the client, it named an app's. Leaves the client to the arguments and the
 * configuration, so that the request is made again. Returns false if no variable did. */
bool kubelogin_drop_client_of_variable(struct kubelogin *kubelogin);

/* Checks the name of a login method. from is what set it, for the message. Fails with ERROR_USAGE
 * if the method is unknown or not available; the hint says what to use. */
bool kubelogin_check_login(const char *name, const char *from, struct error *error);

/* Checks that a command line (the program's name first, NULL after the last) with the variables set
 * beside it (as in struct kubelogin) would not be refused, whatever the environment adds. Reorders
 * line. Fails with ERROR_USAGE, with the message of a call. */
bool kubelogin_check_line(char **line, const char *const *variables, struct error *error);

/* Called if config_request fails, with what it made and its error. If an app's --login lacks a
 * client credential, the error says so, and what gives it one; with --use-azurerm-env-vars, the
 * hint names ARM_*. Returns false. */
bool kubelogin_explain_request(const struct kubelogin *kubelogin,
                               const struct token_candidates *candidates, struct error *error);

/* Called if there is no token: has the error say that a sign-in of 'az' or 'azd' is not used, if
 * that is the login method and the user must sign in. */
void kubelogin_explain(const struct kubelogin *kubelogin, struct error *error);

void kubelogin_clear(struct kubelogin *kubelogin);
#define auto_kubelogin CLEANUP(kubelogin_clear)

#endif
