/* SPDX-License-Identifier: MIT */
/*
 * What is shown of one item of ours in a keyring: never a secret.
 */
#ifndef HELPERS_ENTRA_LIST_ROW_H
#define HELPERS_ENTRA_LIST_ROW_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>

#include "keyring/keyring.h"

enum list_kind {
    LIST_SIGN_IN,
    LIST_TOKEN,
    LIST_BOUND_TOKEN,
    LIST_REGISTRY_TOKEN,
    LIST_TYPED,         /* a credential that a user typed for git */
    LIST_CLIENT_SECRET, /* of an app */
    LIST_KINDS,
    LIST_DEVICE_ACCOUNT = LIST_KINDS, /* the identity broker's, in JSON alone: none of the rows */
};

/* Of the texts, those that do not belong to the kind, or that an unreadable item lacks, are NULL.
 * The keyring's items and the configuration own them, except place. */
struct list_row {
    enum list_kind kind;
    const char *account; /* user name, or its ID if the name is not known; an app's client ID */
    bool is_app;
    const char *home_account_id; /* of a user */
    const char *authority, *client_id, *tenant, *scope;
    const char *api;    /* whose scope it is */
    char *account_id;   /* of an account without a refresh token; owned */
    char *place;        /* where a typed credential is used, without its protocol, or the
                         * container registry of a token; owned */
    int64_t expires_on; /* Unix seconds; 0: it does not expire, or that is not known */
    const char *state;  /* "expired", "locked" or "unreadable"; NULL: none of these */
    bool is_locked;
    bool is_account_only;    /* there is no refresh token of it: the device may sign it in */
    bool is_default;         /* it belongs to the default account */
    bool is_default_unknown; /* because the item is locked */
    const char *store;       /* the name of its keyring */
    const struct keyring_item *item;
};

/* Until when the row's item is of use, relative to now and in whole numbers, or its state. */
struct list_left {
    char text[32];
};
struct list_left list_row_left(const struct list_row *row);

/* Whether the row is a token that has not expired, or one that is locked, which may be of use once
 * it is not. */
bool list_row_is_token(const struct list_row *row);
bool list_row_is_locked_token(const struct list_row *row);

/* Whether the row is a sign-in that can be read. */
bool list_row_is_sign_in(const struct list_row *row);

/* The row as JSON; members without a value are null. The caller releases it. */
json_object *list_row_to_json(const struct list_row *row);

#endif
