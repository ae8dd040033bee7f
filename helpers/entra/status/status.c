/* SPDX-License-Identifier: MIT */
/* entra status: who is signed in, which identity is configured, which tokens there are, and where
 * they are kept. Nobody is asked but the keyring, and the device's identity broker if one runs. */
#define _GNU_SOURCE
#include "helpers/entra/status/status.h"

#include <string.h>

#include "common/config/config.h"
#include "helpers/document.h"
#include "helpers/entra/entra.h"
#include "helpers/entra/status/facts.h"
#include "helpers/entra/status/json.h"
#include "helpers/entra/status/shown.h"

static char *default_account(const struct list_rows *rows)
{
    for (size_t i = 0; i < rows->count; i++)
        if (list_row_is_sign_in(&rows->rows[i]) && rows->rows[i].is_default)
            return strdup(rows->rows[i].account);
    return NULL;
}

bool status_needs_user(const struct options *options, bool *ret_needs, char **ret_account,
                       struct error *error)
{
    auto_status_facts struct status_facts facts = { 0 };
    auto_config struct config *config = config_load(options, NULL, error);
    if (config == NULL || !status_facts_find(options, config, &facts, error))
        return false;
    if (facts.identity_error.kind != ERROR_NONE) {
        *error = facts.identity_error;
        return false;
    }
    *ret_needs = !status_facts_need_no_user(&facts);
    if (*ret_needs && !status_facts_fail_without_user(&facts, error) &&
        error->kind != ERROR_SIGN_IN)
        return false;
    *error = (struct error){ 0 };
    *ret_account = default_account(&facts.rows);
    return true;
}

static bool run_status(const struct options *options, int count, char **operands,
                       struct error *error)
{
    auto_status_facts struct status_facts facts = { 0 };
    if (count > 0) {
        program_fail_operand(operands[0], error);
        return error_hint(error, "Give an API as --api NAME.");
    }
    auto_config struct config *config = config_load(options, NULL, error);
    if (config == NULL || !status_facts_find(options, config, &facts, error))
        return error_wanted(error, "the status is not known");
    if (document_is_wanted(options))
        document_set(status_json_make(&facts));
    else
        status_shown_print(&facts);
    if (facts.identity_error.kind != ERROR_NONE) {
        *error = facts.identity_error;
        return error_wanted(error, "no token can be had");
    }
    return status_facts_need_no_user(&facts) || status_facts_fail_without_user(&facts, error);
}

static const struct option_spec own_options[] = {
    DOCUMENT_OPTION("text|json", "text or json"),
    { .name = NULL },
};

const struct program entra_status = {
    .name = "entra status",
    .usage = "[OPTION]...",
    .summary = "Shows who is signed in, which identity is configured, which tokens there are and\n"
               "where they are kept. Asks nobody but the keyring, and the device's identity\n"
               "broker if one runs. Exits with 5 if a user must sign in before there can be a\n"
               "token.",
    .examples = "entra status\n"
                "entra status --output json",
    .options = own_options,
    .common = OPTION_API | OPTIONS_OF_APP | OPTION_MANAGED_IDENTITY | OPTIONS_OF_STORE,
    .is_typed = true,
    .run = run_status,
};
