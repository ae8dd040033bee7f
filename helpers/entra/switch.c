/* SPDX-License-Identifier: MIT */
/* entra switch: makes another signed-in account the default one. */
#include <string.h>

#include "common/entra/account.h"
#include "common/entra/error_report.h"
#include "common/entra/url_typed.h"
#include "common/store/account_store.h"
#include "common/tokens/tokens.h"
#include "helpers/document.h"
#include "helpers/entra/entra.h"
#include "keyring/silence.h"

static json_object *to_json(const char *username, bool changed)
{
    json_object *object = json_object_new_object();
    document_add(object, "username", username);
    json_object_object_add(object, "changed", json_object_new_boolean(changed));
    return object;
}

static bool run_switch(const struct options *options, int count, char **operands,
                       struct error *error)
{
    struct tokens tokens;
    struct url_shown shown;
    bool changed = false;
    if (count != 1) {
        error_set(error, ERROR_USAGE, count == 0 ? "no account given" : "more than one account");
        return error_hint(error, "'entra list' shows who is signed in.");
    }
    if (!account_is_username(operands[0]) || url_typed_has_password(operands[0])) {
        error_set(error, ERROR_USAGE, "'%.100s' is not an account",
                  url_typed_safe(operands[0], &shown));
        return error_hint(error, "Give an account by its user name, such as ada@contoso.com.");
    }
    silence_forget();
    error_advise_in_place();
    if (!tokens_open(&tokens, options, error) ||
        !account_store_switch(&tokens.store, operands[0], tokens.deadline, &changed, error))
        return error_wanted(error, "cannot switch");
    notice("%s is %s the default account.", operands[0], changed ? "now" : "already");
    if (document_is_wanted(options))
        document_set(to_json(operands[0], changed));
    return true;
}

static const struct option_spec own_options[] = {
    DOCUMENT_OPTION("text|json", "text or json"),
    { .name = NULL },
};

const struct program entra_switch = {
    .name = "entra switch",
    .usage = "ACCOUNT [OPTION]...",
    .summary = "Makes an account that is signed in the default one, without a browser.",
    .examples = "entra switch ada@contoso.com",
    .options = own_options,
    .common = OPTIONS_OF_STORE,
    .operand = "ACCOUNT=@account",
    .is_typed = true,
    .run = run_switch,
};
