/* SPDX-License-Identifier: MIT */
/*
 * Sign-outs, for the processes that are at work meanwhile. One that has sent a refresh token to the
 * authority, or asked the device's broker, would store what it gets after the user has been told
 * that the account is signed out.
 *
 * So a sign-out is noted before anything is deleted, in a file of the runtime folder with its time,
 * for each keyring from which it deletes: in the others, the account stays signed in. So is the
 * deletion of what an app has. What a process stores for a request goes through sign_out_put, which
 * looks there before and after. A process that began later found the account signed in, whatever
 * the note says. A file, and not the account's item: that would be one more call of the keyring for
 * each token.
 */
#ifndef COMMON_STORE_SIGN_OUT_H
#define COMMON_STORE_SIGN_OUT_H

#include "common/entra/request.h"
#include "common/store/store.h"

/* Notes that an account is signed out now, with this client or, if client_id is NULL, with all. If
 * home_account_id is NULL, notes that what the app of this client ID has is deleted; if both are,
 * that all is. It holds for every keyring that store_list searches. The deletion comes after, of
 * what is found then. */
void sign_out_note(const struct store *store, const char *home_account_id, const char *client_id);

/* Likewise, that all is deleted which the keyring of this name has, whether or not it is searched.
 */
void sign_out_note_all(const char *keyring);

/* The account signs in again with this client: its notes go, if they are of the keyring that the
 * store has settled on (store_settle). */
void sign_out_lift(const struct store *store, const char *home_account_id, const char *client_id);

/* As store_put, of something that belongs to the request's account and client, or to its app.
 * Stores nothing, and succeeds, if that was noted for this keyring since the store was opened
 * (store_open). */
bool sign_out_put(struct store *store, const struct token_request *request,
                  const struct keyring_key *key, const char *label, const struct secret *record,
                  int64_t expires_on, int64_t deadline, struct error *error);

#endif
