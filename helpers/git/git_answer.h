/* SPDX-License-Identifier: MIT */
/*
 * The answers to git's requests: what git-credential(1) reads from a helper.
 *
 *     username=ada@contoso.com
 *     password=TOKEN
 */
#ifndef HELPERS_GIT_GIT_ANSWER_H
#define HELPERS_GIT_GIT_ANSWER_H

#include "common/base/secret.h"
#include "common/entra/token.h"
#include "common/store/stored_credentials.h"
#include "helpers/git/git_request.h"

/* Formats the answer to get: authtype and credential if git accepts them, otherwise user name and
 * password. If git accepts state too, it calls get once more after a refusal. owner is the
 * account's user name or the app's client id, for a request without a user name; it may be NULL.
 * The caller frees the result with secret_free. */
struct secret *git_answer_format(const struct git_request *request, const char *owner,
                                 const struct token *token);

/* The same for a stored credential. */
struct secret *git_answer_format_stored(const struct stored_credential *credential);

#endif
