/* SPDX-License-Identifier: MIT */
/*
 * Which public client asks for a user's token where nobody chose one.
 *
 * One client asks for everything, so that one sign-in serves git, kubectl and curl. A tenant or an
 * API may refuse it; then the client that the API's own tools use asks instead (second_client of
 * the request), and for a day all processes begin with that one. They do so too if only that one
 * has a sign-in of the account.
 */
#ifndef COMMON_TOKENS_CLIENT_CHOICE_H
#define COMMON_TOKENS_CLIENT_CHOICE_H

#include <stdbool.h>

#include "common/base/error.h"
#include "common/entra/request.h"

/* Turns the request to its second client if an authority has refused the first one lately. The
 * request is common/tokens's copy, which does not own client_id. */
void client_choice_make(struct token_request *request);

/* Turns the request to its second client, which alone has a sign-in of the account, and has that
 * remembered; and back, if the first client (request->first_client) has one by now. */
void client_choice_turn_to_sign_in(struct token_request *request);
void client_choice_turn_back(struct token_request *request);

/* Turns to it and has the reason remembered if there is a second client and the authority refused
 * the request for its client's sake. Returns whether it did. */
bool client_choice_turn_if_refused(struct token_request *request, const struct error *refusal);

#endif
