/* SPDX-License-Identifier: MIT */
/*
 * The browser in which a user has signed in. It waits for the page that says how that ended: the
 * program must still redeem the code, and store what it gets for it.
 */
#ifndef COMMON_ACQUIRE_USER_SIGN_IN_BROWSER_H
#define COMMON_ACQUIRE_USER_SIGN_IN_BROWSER_H

#include "common/acquire/acquire.h"

struct sign_in_browser {
    int connection;
    char *requested; /* the account that the request names; NULL: any */
    char *account;   /* who has signed in; NULL: not known */
    char *api, *host;
};

/* Takes the connection. The caller passes the result to sign_in_browser_answer. */
struct sign_in_browser *sign_in_browser_new(int connection, const struct token_request *request);

/* Implements answer_browser of struct acquire_module. */
void sign_in_browser_answer(struct sign_in_browser *browser, enum sign_in_end end,
                            const struct error *error, const char *advice);

#endif
