/* SPDX-License-Identifier: MIT */
/* The part of `entra setup` that has a user sign in, once for all host tools; or sign out. */
#define _GNU_SOURCE
#include <string.h>

#include "common/base/array.h"
#include "common/base/user.h"
#include "common/store/account_store.h"
#include "common/store/unseen.h"
#include "common/tokens/tokens.h"
#include "helpers/entra/entra.h"
#include "helpers/entra/list/rows.h"
#include "helpers/entra/setup/setup.h"
#include "helpers/entra/status/status.h"
#include "keyring/silence.h"

static bool look_before_sign_in(const struct options *options, struct setup_plan *plan,
                                struct error *error)
{
    bool needs = false;
    autofree char *account = NULL;
    if (!status_needs_user(options, &needs, &account, error))
        return false;
    if (!needs && account != NULL)
        setup_plan_note(plan, "%s is signed in", account);
    else if (!needs)
        setup_plan_note(plan, "not needed");
    else if (user_is_present())
        setup_plan_change(plan, "a user signs in, once for all");
    else
        setup_plan_note(plan, "needed, but no user can be asked here");
    return true;
}

/* The rows are sorted by accounts. */
static bool is_first_of_account(const struct list_rows *rows, size_t i)
{
    const struct list_row *row = &rows->rows[i];
    for (size_t j = 0; j < i; j++)
        if (rows->rows[j].kind == LIST_SIGN_IN && rows->rows[j].account != NULL &&
            strcmp(rows->rows[j].account, row->account) == 0)
            return false;
    return true;
}

/* Fails if users may be signed in of whom a keyring has the sign-in that was not looked into. */
static bool note_that_nobody_is_signed_in(const struct store *store, struct setup_plan *plan,
                                          struct error *error)
{
    autofree char *unseen = unseen_clause(store, "no sign-in");
    if (!unseen_check(store, error))
        return error_wanted(error, "nobody is signed out");
    setup_plan_note(plan, "nobody is signed in%s%s", unseen != NULL ? ": " : "",
                    unseen != NULL ? unseen : "");
    return true;
}

static bool look_before_sign_out(const struct options *options, struct setup_plan *plan,
                                 struct error *error)
{
    struct tokens tokens;
    auto_list_rows struct list_rows rows = { 0 };
    silence_forget();
    if (!tokens_open(&tokens, options, error) || !list_rows_read(&tokens, NULL, &rows, error))
        return false;
    for (size_t i = 0; i < rows.count; i++)
        if (rows.rows[i].kind == LIST_SIGN_IN && rows.rows[i].account != NULL &&
            is_first_of_account(&rows, i))
            setup_plan_change(plan, "%s is signed out", rows.rows[i].account);
    if (plan->count == 0)
        return note_that_nobody_is_signed_in(&tokens.store, plan, error);
    return unseen_check(&tokens.store, error) ||
           error_wanted(error, "others may still be signed in");
}

static bool look_at_sign_in(const struct options *options, struct setup_plan *plan,
                            struct error *error)
{
    return (options->own[SETUP_REMOVE] != NULL ? look_before_sign_out
                                               : look_before_sign_in)(options, plan, error);
}

static bool sign_out(const struct options *options, struct error *error)
{
    struct tokens tokens;
    size_t count = 0;
    if (!tokens_open(&tokens, options, error) ||
        !account_store_forget(&tokens.store, NULL, tokens.deadline, &count, error))
        return error_wanted(error, "cannot sign out");
    notice("Signed out of %zu account%s.", count, count == 1 ? "" : "s");
    return unseen_check(&tokens.store, error) ||
           error_wanted(error, "others may still be signed in");
}

static bool apply_sign_in(const struct options *options, struct error *error)
{
    struct options of_login = *options;
    memset(of_login.own, 0, sizeof of_login.own);
    of_login.output = NULL; /* the document is setup's */
    return options->own[SETUP_REMOVE] != NULL ? sign_out(options, error)
                                              : entra_login.run(&of_login, 0, NULL, error);
}

const struct setup_part setup_part_sign_in = {
    .name = "sign-in",
    .look = look_at_sign_in,
    .apply = apply_sign_in,
};
