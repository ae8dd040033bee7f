/* SPDX-License-Identifier: MIT */
/*
 * Asking the authority: for an app by its credential, for a person by their grant (grant.h). The
 * module that does it is loaded here.
 */
#ifndef COMMON_TOKENS_TOKEN_SOURCE_H
#define COMMON_TOKENS_TOKEN_SOURCE_H

#include "common/tokens/tokens.h"

/* Gets the request's token from the authority, unless it wants to be left alone; a failure is told
 * to the others who wait (sparing.h). The moment of its renewal is drawn here, once. The caller
 * clears the token. False with any kind of error. */
bool token_source_acquire(struct tokens *tokens, struct token_request *request, struct token *token,
                          struct error *error);

/* Has a person sign in; likewise. */
bool token_source_sign_in(struct tokens *tokens, struct token_request *request, struct token *token,
                          struct error *error);

/* What a person's sign-in took is not time of the keyring's, or of a request after it. */
void token_source_extend_deadline(struct tokens *tokens);

#endif
