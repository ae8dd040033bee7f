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

enum browser_end {
    BROWSER_SIGNED_IN,
    BROWSER_IS_MISSING, /* none could be opened, so that another method may be tried; with an error
                         */
    BROWSER_FAILED,     /* with an error */
};

/* Like sign_in of struct acquire_module, with a browser. *ret_browser is set once the browser has
 * come back, whatever the end. */
enum browser_end browser_sign_in(const struct token_request *request, struct prompt *prompt,
                                 int64_t deadline, struct token *ret_token,
                                 struct account *ret_account, struct sign_in_browser **ret_browser,
                                 struct error *error);

#endif
