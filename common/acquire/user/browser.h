/* SPDX-License-Identifier: MIT */
/*
 * Signs in a user with a browser: the authorization code grant with PKCE, whose response is posted
 * to a loopback listener (RFC 6749, section 4.1; RFC 7636; RFC 8252; OAuth 2.0 Form Post Response
 * Mode).
 */
#ifndef COMMON_ACQUIRE_USER_BROWSER_H
#define COMMON_ACQUIRE_USER_BROWSER_H

#include "common/acquire/acquire.h"
#include "common/acquire/user/prompt.h"

/* Like sign_in of struct acquire_module, with a browser. *ret_no_browser is always set: true if no
 * browser could be opened, so that another method may be tried. */
bool browser_sign_in(const struct token_request *request, struct prompt *prompt, int64_t deadline,
                     bool *ret_no_browser, struct token *ret_token, struct account *ret_account,
                     struct error *error);

#endif
