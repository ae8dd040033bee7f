/* SPDX-License-Identifier: MIT */
/* entra forget: deletes from the keyring what is named, and says what was deleted. */
#define _GNU_SOURCE
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "common/base/output.h"
#include "common/base/text.h"
#include "common/config/config.h"
#include "common/entra/account.h"
#include "common/entra/error_report.h"
#include "common/store/account_store.h"
#include "common/store/sign_out.h"
#include "common/store/store_clear.h"
#include "common/store/unseen.h"
#include "helpers/document.h"
#include "helpers/entra/account_operand.h"
#include "helpers/entra/entra.h"
#include "helpers/entra/list/rows.h"
#include "keyring/keyring.h"
#include "keyring/silence.h"

/* The indices of our own options in options->own. */
enum own_option {
    TYPED,
    SECRETS,
    ALL,
};

/* What is to be deleted. */
struct choice {
    bool kinds[LIST_KINDS];
    const char *account; /* as the row has it: a user name, or an app's client ID; NULL: any */
    const char *api;     /* NULL: any */
};

/* Whether the account is to be deleted as a whole, which is more than its rows: there are its key,
 * and the default account. */
static bool is_whole_account(const struct choice *choice)
{
    return choice->kinds[LIST_SIGN_IN] && !text_is_guid(choice->account);
}

/* Whether all that an app of this name has is to be deleted, if it is one's: that of a managed
 * identity need not be a GUID. */
static bool is_whole_app(const struct choice *choice)
{
    return choice->kinds[LIST_SIGN_IN] && choice->account != NULL;
}

/* A git server may tell user names apart by their case. */
static bool has_name(const struct list_row *row, const char *name)
{
    return row->account != NULL &&
           (row->kind == LIST_TYPED ? strcmp : strcasecmp)(row->account, name) == 0;
}

/* Whether the item belongs to the user, who may have other names than the one in the row; with a
 * whole account, also whether account_store_forget deletes it. */
static bool is_of_user(const struct choice *choice, const struct list_rows *rows,
                       const struct list_row *row)
{
    bool of_account = false;
    if (row->is_app || row->kind == LIST_TYPED || text_is_guid(choice->account))
        return false;
    bool goes = account_store_forgets(&rows->accounts, &rows->items[LIST_SIGN_IN], choice->account,
                                      row->item, &of_account);
    return of_account || (goes && is_whole_account(choice));
}

static bool is_chosen(const struct choice *choice, const struct list_rows *rows,
                      const struct list_row *row)
{
    return choice->kinds[row->kind] && !row->is_account_only &&
           (choice->account == NULL || has_name(row, choice->account) ||
            is_of_user(choice, rows, row)) &&
           (choice->api == NULL || (row->api != NULL && strcasecmp(row->api, choice->api) == 0));
}

/* ---- what was deleted ---- */

static void report(const struct list_rows *rows, size_t i)
{
    const struct list_row *row = &rows->rows[i];
    autofree char *distinction = list_rows_distinction(rows, i);
    static const char *const things[LIST_KINDS] = {
        [LIST_SIGN_IN] = "sign-in",         [LIST_TOKEN] = "token",
        [LIST_BOUND_TOKEN] = "bound token", [LIST_REGISTRY_TOKEN] = "registry token",
        [LIST_TYPED] = "typed credential",  [LIST_CLIENT_SECRET] = "client secret",
    };
    const char *purpose = row->place != NULL ? row->place
                          : row->api != NULL ? row->api
                                             : row->scope;
    output_line("Deleted the %s%s%s of %s%s%s.", things[row->kind], purpose != NULL ? " for " : "",
                purpose != NULL ? purpose : "", row->is_app ? "the app " : "",
                row->account != NULL ? row->account : "an unknown account", distinction);
}

/* An account may have signed in for several clients; that is one sign-in to the user. */
static bool is_reported(const struct list_rows *rows, size_t i)
{
    const struct list_row *row = &rows->rows[i], *last = i > 0 ? &rows->rows[i - 1] : NULL;
    return last == NULL || row->kind != LIST_SIGN_IN || last->kind != LIST_SIGN_IN ||
           row->account == NULL || last->account == NULL ||
           strcmp(row->account, last->account) != 0;
}

static void add_to_document(const struct list_rows *rows, const struct choice *choice)
{
    json_object *document = json_object_new_object(), *deleted = json_object_new_array();
    for (size_t i = 0; i < rows->count; i++)
        if (is_chosen(choice, rows, &rows->rows[i]))
            json_object_array_add(deleted, list_row_to_json(&rows->rows[i]));
    json_object_object_add(document, "deleted", deleted);
    document_set(document);
}

/* Returns whether there was any. */
static bool report_all(const struct list_rows *rows, const struct choice *choice)
{
    bool any = false;
    for (size_t i = 0; i < rows->count; i++)
        if (is_chosen(choice, rows, &rows->rows[i])) {
            any = true;
            if (is_reported(rows, i) && !reporting.as_json)
                report(rows, i);
        }
    add_to_document(rows, choice);
    return any;
}

/* Of what has no row. */
static void report_other(const char *before, const char *what)
{
    if (reporting.as_json)
        notice("Deleted %s%s.", before, what);
    else
        output_line("Deleted %s%s.", before, what);
}

/* ---- deleting ---- */

static bool drop_rows(const struct list_rows *rows, const struct choice *choice,
                      struct tokens *tokens, struct error *error)
{
    for (size_t i = 0; i < rows->count; i++)
        if (is_chosen(choice, rows, &rows->rows[i]) &&
            !(is_whole_account(choice) && is_of_user(choice, rows, &rows->rows[i])) &&
            !store_drop_item(&tokens->store, rows->rows[i].item, tokens->deadline, error))
            return false;
    return true;
}

/* Fails if one of the items cannot be deleted because it is locked. */
static bool check_unlocked(const struct store *store, const struct list_rows *rows,
                           const struct choice *choice, struct error *error)
{
    for (size_t i = 0; i < rows->count; i++)
        if (rows->rows[i].is_locked && is_chosen(choice, rows, &rows->rows[i]))
            return store_fail_locked(store, error);
    return true;
}

/* Fails if there may be something in a keyring that was not looked into. */
static bool report_nothing(const struct store *store, struct error *error)
{
    autofree char *unseen = unseen_clause(store, "nothing of it");
    if (!unseen_check(store, error))
        return false;
    notice("There is nothing to delete%s%s.", unseen != NULL ? ": " : "",
           unseen != NULL ? unseen : "");
    return true;
}

/* If not all can be deleted, it is not known what was. */
static bool forget_chosen(struct tokens *tokens, const struct config *config,
                          const struct choice *choice, struct error *error)
{
    auto_list_rows struct list_rows rows = { 0 };
    size_t accounts = 0;
    if (is_whole_app(choice))
        sign_out_note(&tokens->store, NULL, choice->account);
    if (!list_rows_read(tokens, config, &rows, error) ||
        !check_unlocked(&tokens->store, &rows, choice, error))
        return false;
    if ((is_whole_account(choice) && !account_store_forget(&tokens->store, choice->account,
                                                           tokens->deadline, &accounts, error)) ||
        !drop_rows(&rows, choice, tokens, error))
        return error_wanted(error, "some of it may still be there");
    if (report_all(&rows, choice))
        return true;
    if (accounts == 0)
        return report_nothing(&tokens->store, error);
    report_other("the account ", choice->account);
    return true;
}

static bool forget_all(struct tokens *tokens, const struct config *config, struct error *error)
{
    const struct choice everything = { .kinds = { true, true, true, true, true, true } };
    auto_list_rows struct list_rows rows = { 0 };
    struct error unused = { 0 };
    size_t count = 0;
    bool complete = list_rows_read(tokens, config, &rows, &unused);
    if (!store_clear(&tokens->store, tokens->deadline, &count, error))
        return error_wanted(error, "some of it may still be there");
    bool any = report_all(&rows, &everything);
    if (count > 0 && (!any || !complete))
        report_other("", any ? "what else there was" : "what was left of accounts");
    if (count == 0 && !report_nothing(&tokens->store, error))
        return false;
    if (tokens->store.named)
        notice("Other keyrings than '%s' were not looked at.", tokens->store.keyring->name);
    return unseen_check(&tokens->store, error) ||
           error_wanted(error, "some of it may still be there");
}

/* ---- the command line ---- */

static bool check_account(const struct options *options, bool is_typed, struct error *error)
{
    const char *account = options->account;
    if (account == NULL || is_typed || account_is_username(account))
        return true;
    error_set(error, ERROR_USAGE, "'%.100s' is not an account", account);
    return error_hint(error, "Give a user name or an app's client ID, as 'entra list' shows them.");
}

static bool check(const struct options *options, struct error *error)
{
    bool typed = options->own[TYPED] != NULL, secrets = options->own[SECRETS] != NULL;
    bool named = options->account != NULL || options->api != NULL || typed || secrets;
    if (options->own[ALL] != NULL && named)
        return error_set(error, ERROR_USAGE, "--all cannot be used together with other choices");
    if (options->api != NULL && (typed || secrets))
        return error_set(error, ERROR_USAGE, "--api and --%s cannot be used together",
                         typed ? "typed" : "secrets");
    if (options->own[ALL] == NULL && !named) {
        error_set(error, ERROR_USAGE, "nothing to forget given");
        return error_hint(error, "'entra list' shows what the keyring has; see 'entra forget "
                                 "--help'.");
    }
    return check_account(options, typed, error);
}

static bool run_forget(const struct options *options, int count, char **operands,
                       struct error *error)
{
    struct tokens tokens;
    bool typed = options->own[TYPED] != NULL, secrets = options->own[SECRETS] != NULL;
    bool is_default = !typed && !secrets;
    const struct choice choice = {
        .kinds = { [LIST_SIGN_IN] = is_default && options->api == NULL,
                   [LIST_TOKEN] = is_default,
                   [LIST_BOUND_TOKEN] = is_default,
                   [LIST_REGISTRY_TOKEN] = is_default,
                   [LIST_TYPED] = typed,
                   [LIST_CLIENT_SECRET] = secrets },
        .account = options->account,
        .api = options->api,
    };
    if (count > 0)
        return account_operand_fail(
            operands[0], "Give an account as --account NAME, and an API as --api NAME.", error);
    if (!check(options, error))
        return false;
    silence_forget();
    error_advise_in_place();
    auto_config struct config *config =
        options->api != NULL ? config_read(options, NULL, error) : list_rows_config(options);
    if (options->api != NULL && (config == NULL || !config_knows_api(config, options->api, error)))
        return false;
    return (tokens_open(&tokens, options, error) &&
            (options->own[ALL] != NULL ? forget_all(&tokens, config, error)
                                       : forget_chosen(&tokens, config, &choice, error))) ||
           error_wanted(error, "nothing is deleted");
}

static const struct option_spec own_options[] = {
    DOCUMENT_OPTION("text|json", "text or json"),
    { "typed", NULL, "delete the credentials that were typed for git", OPTION_OWN_FLAG,
      OPTION_OWN(TYPED), 0 },
    { "secrets", NULL, "delete the client secrets of 'entra secret set'", OPTION_OWN_FLAG,
      OPTION_OWN(SECRETS), 0 },
    { "all", NULL, "delete all that these programs keep on this machine", OPTION_OWN_FLAG,
      OPTION_OWN(ALL), 0 },
    { "account", "NAME=@account", "delete only what belongs to this user or app", OPTION_TEXT,
      offsetof(struct options, account), 0 },
    { "api", "NAME=@api", "delete only the tokens for this API", OPTION_TEXT,
      offsetof(struct options, api), 0 },
    { .name = NULL },
};

const struct program entra_forget = {
    .name = "entra forget",
    .usage = "[--account NAME] [--api NAME]\n"
             "       entra forget --typed | --secrets [--account NAME]\n"
             "       entra forget --all",
    .summary = "Deletes from the keyring what is named, and says what was deleted: the tokens of\n"
               "an API; an account, with its sign-ins and tokens; the tokens of an app; what was\n"
               "typed for git; client secrets; or all that these programs keep.",
    .examples = "entra forget --api AzureDevOps\n"
                "entra forget --typed\n"
                "entra forget --all",
    .options = own_options,
    .common = OPTION_CONFIG | OPTIONS_OF_STORE,
    .is_typed = true,
    .run = run_forget,
};
