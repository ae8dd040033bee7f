/* SPDX-License-Identifier: MIT */
#include "helpers/entra/account_operand.h"

#include <string.h>

#include "common/entra/account.h"
#include "helpers/program.h"

/* '#' is in the user names of guests: ada_contoso.com#EXT#@fabrikam.onmicrosoft.com. */
#define PLAIN "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._+-#"

/* Whether it is a user name with a domain, which a shell takes as it is. */
static bool is_account(const char *operand)
{
    size_t name = strspn(operand, PLAIN);
    return name > 0 && strchr("-#", operand[0]) == NULL && operand[name] == '@' &&
           operand[name + 1] != '\0' &&
           operand[name + 1 + strspn(operand + name + 1, PLAIN)] == '\0' &&
           account_is_username(operand);
}

bool account_operand_fail(const char *operand, const char *otherwise, struct error *error)
{
    program_fail_operand(operand, error);
    return is_account(operand) ? error_hint(error, "Give an account as --account %s.", operand)
                               : error_hint(error, "%s", otherwise);
}
