/* SPDX-License-Identifier: MIT */
/*
 * What a person's sign-in leaves behind: a refresh token, and whose it is.
 *
 * An account is named by its home account id, "uid.utid": the person's object in the tenant that
 * they belong to (MSAL's HomeAccountId). The user name is for people: it may change, and two
 * accounts may have the same.
 */
#ifndef COMMON_ENTRA_ACCOUNT_H
#define COMMON_ENTRA_ACCOUNT_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/error.h"
#include "common/base/secret.h"

#define REFRESH_TOKEN_MAX (32 * 1024)
#define HOME_ACCOUNT_MAX  128
#define USERNAME_MAX      254 /* of a user name: an e-mail address' own bound (RFC 5321) */

struct account {
    struct secret *refresh_token; /* NULL: none came */
    char *home_account_id;        /* account_is_home_account_id */
    char *username;               /* lower case; account_is_username */
    bool family;                  /* Microsoft's own clients may use each other's refresh token */
};

/* Whether the text can be a user name: no blank, quote, backslash or asterisk (which is no name but
 * the default account's), nothing that steers a terminal or ends a line. */
bool account_is_username(const char *text);

/* Letters, digits and -_.+/= (an AD FS has a sub in Base64). */
bool account_is_home_account_id(const char *text);

/* Whether these bytes can be kept as a refresh token: visible ASCII (RFC 6749, A.17) without quote
 * and backslash, which none of Entra's has. */
bool account_is_refresh_token(const char *bytes, size_t length);

/* Sets whose sign-in it is; the texts are copied, the user name in lower case. False with
 * ERROR_NETWORK where they are not what such texts can be: they come from an authority. */
bool account_set(struct account *account, const char *home_account_id, const char *username,
                 struct error *error);

/* Its JSON form, as it rests in a keyring, with the refresh token where there is one. NULL if there
 * is no memory. */
struct secret *account_to_json(const struct account *account);

/* Reads that form again. The caller clears it. False with ERROR_OTHER. */
bool account_from_json(const char *text, size_t length, struct account *account,
                       struct error *error);

void account_clear(struct account *account);

/* Takes the contents out of a variable and leaves nothing there: the caller owns them now. */
static inline struct account account_steal(struct account *account)
{
    struct account taken = *account;
    *account = (struct account){ 0 };
    return taken;
}

#define auto_account CLEANUP(account_clear)

#endif
