/* SPDX-License-Identifier: MIT */
/* entra logout: removes users' sign-ins, and the tokens obtained with them. */
#define _GNU_SOURCE
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "common/store/account_store.h"
#include "common/tokens/tokens.h"
#include "helpers/entra/entra.h"

static bool run_logout(const struct options *options, int count, char **operands,
                       struct error *error)
{
    struct tokens tokens;
    size_t signed_out = 0;
    const char *username = options->all       ? NULL
                           : options->account ? options->account
                                              : ACCOUNT_DEFAULT;
    if (count > 0)
        return error_set(error, ERROR_USAGE, "unexpected argument '%.40s'", operands[0]);
    if (options->all && options->account != NULL)
        return error_set(error, ERROR_USAGE, "--all and --account cannot be used together");
    if (!tokens_open(&tokens, options, error) ||
        !account_store_forget(&tokens.store, username, tokens.deadline, &signed_out, error))
        return error_wanted(error, "cannot sign out");
    if (signed_out > 0)
        fprintf(stderr, "Signed out of %zu account%s.\n", signed_out, signed_out > 1 ? "s" : "");
    else if (options->account != NULL)
        fprintf(stderr, "%s is not signed in.\n", options->account);
    else
        fputs("Nobody is signed in.\n", stderr);
    return true;
}

static const struct option_spec own_options[] = {
    { "all", NULL, "sign out of every account", OPTION_FLAG, offsetof(struct options, all) },
    { NULL, NULL, NULL, OPTION_FLAG, 0 },
};

const struct program entra_logout = {
    .usage = "entra logout [--account NAME | --all] [OPTION]...",
    .summary = "Signs out of the default account, another account or all accounts, and removes\n"
               "the tokens obtained with them.",
    .options = own_options,
    .run = run_logout,
};
