/* SPDX-License-Identifier: MIT */
/*
 * A person signs in by the browser: the authorization code grant with PKCE, its answer by form_post
 * to a loopback listener (RFC 6749, 4.1; RFC 7636; RFC 8252; OAuth 2.0 Form Post Response Mode).
 */
#ifndef COMMON_ACQUIRE_USER_BROWSER_H
#define COMMON_ACQUIRE_USER_BROWSER_H

#include "common/acquire/acquire.h"
#include "common/acquire/user/prompt.h"

/* As acquire_module's account. *unopened: no browser came up, so nobody could sign in. */
bool browser_sign_in(const struct token_request *request, struct prompt *prompt, int64_t deadline,
                     bool *unopened, struct token *token, struct account *account,
                     struct error *error);

#endif
