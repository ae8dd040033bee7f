/* SPDX-License-Identifier: MIT */
/*
 * The result of a user's sign-in: a refresh token, and the account that it belongs to.
 *
 * An account is identified by its home account ID, "uid.utid": the user's object in the tenant that
 * the user belongs to (MSAL's HomeAccountId). The user name is for display: it can change, and two
 * accounts can have the same one.
 */
#ifndef COMMON_ENTRA_ACCOUNT_H
#define COMMON_ENTRA_ACCOUNT_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/error.h"
#include "common/base/secret.h"

#define REFRESH_TOKEN_MAX (32 * 1024)
#define HOME_ACCOUNT_MAX  128
#define USERNAME_MAX      254 /* the limit of an e-mail address (RFC 5321) */

struct account {
    struct secret *refresh_token; /* NULL: the authority sent none */
    char *home_account_id;        /* passes account_is_home_account_id */
    char *username;               /* lower case; passes account_is_username */
    bool family;                  /* Microsoft's own clients may share the refresh token */
};

/* Whether the text can be a user name: it has no space, quote, backslash or asterisk (which stands
 * for the default account), and no character that controls a terminal or ends a line. */
bool account_is_username(const char *text);

/* Whether the text can be a home account ID: letters, digits and -_.+/= (AD FS has a sub in
 * Base64). */
bool account_is_home_account_id(const char *text);

/* The tenant that the account belongs to: the GUID at the end of its ID. NULL if the ID is not
 * Entra's; otherwise a part of it. */
const char *account_home_tenant(const char *home_account_id);

/* Whether the bytes can be stored as a refresh token: visible ASCII (RFC 6749, A.17) without quote
 * and backslash, which no refresh token of Entra has. */
bool account_is_refresh_token(const char *bytes, size_t length);

/* Sets the account's ID and user name. The texts are copied, the user name in lower case. Fails
 * with ERROR_NETWORK if either is not valid, since both come from an authority. */
bool account_set(struct account *account, const char *home_account_id, const char *username,
                 struct error *error);

/* The account in the JSON form in which a keyring stores it, with the refresh token if there is
 * one. The caller frees the result with secret_free. */
struct secret *account_to_json(const struct account *account);

/* Parses that JSON form. The caller clears *ret_account with account_clear. Fails with ERROR_OTHER.
 */
bool account_from_json(const char *text, size_t length, struct account *ret_account,
                       struct error *error);

/* Wipes and frees what the account owns. */
void account_clear(struct account *account);

/* Moves the contents out of *account and leaves it empty. The caller owns the result. */
static inline struct account account_steal(struct account *account)
{
    struct account taken = *account;
    *account = (struct account){ 0 };
    return taken;
}

#define auto_account CLEANUP(account_clear)

#endif
