/* SPDX-License-Identifier: MIT */
/*
 * An argument that a command does not take: most often an account, or an API, which options name.
 */
#ifndef HELPERS_ENTRA_ACCOUNT_OPERAND_H
#define HELPERS_ENTRA_ACCOUNT_OPERAND_H

#include <stdbool.h>

#include "common/base/error.h"

/* Fails as program_fail_operand, with a hint: how the account is given, if it is one; or else this
 * one, a sentence. Always returns false. */
bool account_operand_fail(const char *operand, const char *otherwise, struct error *error);

#endif
