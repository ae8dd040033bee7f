/* SPDX-License-Identifier: MIT */
/*
 * What a user is told who must sign in and cannot be asked to, or not in this way: why, and the
 * command that mends it.
 */
#ifndef COMMON_TOKENS_SIGN_IN_NEEDED_H
#define COMMON_TOKENS_SIGN_IN_NEEDED_H

#include <stdbool.h>

#include "common/base/error.h"
#include "common/base/options.h"
#include "common/base/shell_line.h"
#include "common/entra/request.h"
#include "common/store/store.h"
#include "common/tokens/user_tokens.h"

/* The account that the request is for, for messages; NULL: any. The request owns the text. */
const char *sign_in_account(const struct token_request *request);

/* Whether the account belongs to another tenant, which this one may not know. Of a tenant's domain,
 * only a sign-in has told whether it is the account's own. */
bool sign_in_is_foreign(const struct token_request *request);

/* The options with which a command of `entra` is about the same identity and API as the request,
 * whatever variables are set where it runs. given are those that the request was made from. */
struct options sign_in_options(const struct token_request *request, const struct options *given);

/* The end of the command line of 'entra login' that signs in for the request. */
struct shell_line sign_in_line(const struct token_request *request, const struct options *given);

/* The user must sign in and cannot be asked. reason is the authority's refusal, or ERROR_NONE if
 * nobody has signed in. Always fails, with ERROR_SIGN_IN, as do all functions below. */
bool sign_in_fail_needed(const struct store *store, const struct token_request *request,
                         const struct user_tokens_wait *wait, const struct error *reason,
                         struct error *error);

/* The same, where the user is not asked since an earlier prompt led to no sign-in. */
bool sign_in_fail_silent(const struct store *store, const struct token_request *request,
                         const struct user_tokens_wait *wait, const struct error *reason,
                         const struct error *silence, struct error *error);

/* Whether the user has signed in is not known, because the keyring cannot be read: trouble. */
bool sign_in_fail_unknown(const struct error *trouble, struct error *error);

/* Another process is waiting for the user to sign in. */
bool sign_in_fail_pending(struct error *error);

/* Says so, once, in a process that now waits for that one. */
void sign_in_say_pending(void);

#endif
