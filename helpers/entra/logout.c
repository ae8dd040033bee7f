/* SPDX-License-Identifier: MIT */
/* entra logout: removes users' sign-ins, and the tokens obtained with them. */
#define _GNU_SOURCE
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "common/base/deadline.h"
#include "common/config/config.h"
#include "common/entra/error_report.h"
#include "common/store/account_store.h"
#include "common/store/unseen.h"
#include "common/tokens/tokens.h"
#include "helpers/document.h"
#include "helpers/entra/account_operand.h"
#include "helpers/entra/device_broker.h"
#include "helpers/entra/entra.h"
#include "keyring/silence.h"

/* How long the device's broker is waited for. */
#define BROKER_MILLISECONDS 2000

/* The index of our own option in options->own. */
enum own_option {
    ALL,
};

static json_object *to_json(size_t signed_out)
{
    json_object *object = json_object_new_object();
    json_object_object_add(object, "signedOut", json_object_new_int64((int64_t)signed_out));
    return object;
}

/* Signing out here does not sign the device out. */
static void tell_of_broker(struct tokens *tokens, const struct options *options)
{
    struct device_broker broker;
    struct error unused = { 0 };
    auto_config struct config *config = config_read(options, NULL, &unused);
    device_broker_look_for(&tokens->store, config, deadline_in(BROKER_MILLISECONDS), &broker);
    if (!device_broker_has(&broker, options->account))
        return;
    autofree char *accounts = device_broker_accounts(&broker);
    notice("The device's identity broker still has %s, and may sign you in again when a token is "
           "requested. ENTRA_BROKER=never prevents that.",
           options->account != NULL ? options->account : accounts);
}

static void say_that_nobody_was_signed_in(const struct store *store, const char *account)
{
    autofree char *unseen = unseen_clause(store, "no such sign-in");
    notice("%s is %s%s%s.", account != NULL ? account : "Nobody",
           account != NULL ? "not signed in" : "signed in", unseen != NULL ? ": " : "",
           unseen != NULL ? unseen : "");
}

/* Fails if there may be more in a keyring that was not looked into. */
static bool tell(const struct store *store, const struct options *options, size_t signed_out,
                 struct error *error)
{
    bool all = options->own[ALL] != NULL;
    if (signed_out > 0)
        notice("Signed out of %zu account%s.", signed_out, signed_out > 1 ? "s" : "");
    if ((all || signed_out == 0) && !unseen_check(store, error))
        return error_wanted(error, signed_out > 0 ? "others may still be signed in"
                                                  : "nobody is signed out");
    if (signed_out == 0)
        say_that_nobody_was_signed_in(store, options->account);
    return true;
}

static bool run_logout(const struct options *options, int count, char **operands,
                       struct error *error)
{
    struct tokens tokens;
    size_t signed_out = 0;
    bool all = options->own[ALL] != NULL;
    const char *username = all                        ? NULL
                           : options->account != NULL ? options->account
                                                      : ACCOUNT_DEFAULT;
    if (count > 0)
        return account_operand_fail(operands[0], "Give an account as --account NAME.", error);
    if (all && options->account != NULL)
        return error_set(error, ERROR_USAGE, "--all and --account cannot be used together");
    silence_forget();
    error_advise_in_place();
    if (!tokens_open(&tokens, options, error) ||
        !account_store_forget(&tokens.store, username, tokens.deadline, &signed_out, error))
        return error_wanted(error, "cannot sign out");
    bool done = tell(&tokens.store, options, signed_out, error);
    tell_of_broker(&tokens, options);
    if (document_is_wanted(options))
        document_set(to_json(signed_out));
    return done;
}

static const struct option_spec own_options[] = {
    DOCUMENT_OPTION("text|json", "text or json"),
    { "all", NULL, "sign out of every account", OPTION_OWN_FLAG, OPTION_OWN(ALL), 0 },
    { .name = NULL },
};

const struct program entra_logout = {
    .name = "entra logout",
    .usage = "[--account NAME | --all] [OPTION]...",
    .summary = "Signs out of the default account, another account or all accounts, and removes\n"
               "the tokens obtained with them.",
    .examples = "entra logout\n"
                "entra logout --account ada@contoso.com",
    .options = own_options,
    .common = OPTION_ACCOUNT | OPTIONS_OF_STORE,
    .is_typed = true,
    .run = run_logout,
};
