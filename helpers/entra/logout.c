/* SPDX-License-Identifier: MIT */
/* entra logout: forgets a person's sign-in, and the tokens that came of it. */
#define _GNU_SOURCE
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "common/store/account_store.h"
#include "common/tokens/tokens.h"
#include "helpers/entra/entra.h"

/* Forgets the accounts that are meant. *count is their number. */
static bool forget(struct tokens *tokens, const struct options *options, size_t *count,
                   struct error *error)
{
    const char *username = options->all       ? NULL
                           : options->account ? options->account
                                              : ACCOUNT_DEFAULT;
    return account_store_forget(&tokens->store, username, tokens->deadline, count, error);
}

static bool run_logout(const struct options *options, int count, char **operands,
                       struct error *error)
{
    struct tokens tokens;
    size_t forgotten = 0;
    if (count > 0)
        return error_set(error, ERROR_USAGE, "'%.40s' does not belong here", operands[0]);
    if (options->all && options->account != NULL)
        return error_set(error, ERROR_USAGE, "--all and --account exclude each other");
    if (!tokens_open(&tokens, options, error) || !forget(&tokens, options, &forgotten, error))
        return error_wanted(error, "not signed out");
    if (forgotten > 0)
        fprintf(stderr, "Signed out of %zu account%s.\n", forgotten, forgotten > 1 ? "s" : "");
    else
        fprintf(stderr, "Nobody%s%s was signed in.\n", options->account != NULL ? " called " : "",
                options->account != NULL ? options->account : "");
    return true;
}

static const struct option_spec own_options[] = {
    { "all", NULL, "everybody's sign-ins", OPTION_FLAG, offsetof(struct options, all) },
    { NULL, NULL, NULL, OPTION_FLAG, 0 },
};

const struct program entra_logout = {
    .usage = "entra logout [--account NAME | --all] [OPTION]...",
    .summary = "Forgets the sign-in of the default account, of another, or of all, and the tokens "
               "that\ncame of it.",
    .options = own_options,
    .run = run_logout,
};
