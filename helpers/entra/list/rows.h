/* SPDX-License-Identifier: MIT */
/*
 * What the keyring has of ours, as `entra list`, `entra status` and `entra forget` show it: one row
 * for each item, without any secret.
 */
#ifndef HELPERS_ENTRA_LIST_ROWS_H
#define HELPERS_ENTRA_LIST_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/config/config.h"
#include "common/tokens/tokens.h"
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
    const char *client_id, *tenant, *scope;
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

struct list_rows {
    struct list_row *rows; /* in the order in which they are shown */
    size_t count;
    struct keyring_list items[LIST_KINDS];
    struct keyring_list accounts;
};

/* Reads the configuration for the APIs' names. If it cannot be read, warns of that and returns
 * NULL: APIs are then shown by their scopes. The caller frees it. */
struct config *list_rows_config(const struct options *options);

/* Reads the keyrings. Clears *ret_rows first; the caller clears it with list_rows_clear. The
 * configuration, which gives the APIs' names, may be NULL. If a keyring does not answer, the rows
 * are those of the others, and this fails as token_store_list does. */
bool list_rows_read(struct tokens *tokens, const struct config *config, struct list_rows *ret_rows,
                    struct error *error);

/* Until when the row's item is of use, relative to now and in whole numbers, or its state. */
struct list_left {
    char text[32];
};
struct list_left list_row_left(const struct list_row *row);

/* The row as JSON; members without a value are null. The caller releases it. */
struct json_object *list_row_to_json(const struct list_row *row);

void list_rows_clear(struct list_rows *rows);
#define auto_list_rows CLEANUP(list_rows_clear)

#endif
