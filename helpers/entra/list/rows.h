/* SPDX-License-Identifier: MIT */
/*
 * What the keyring has of ours, as `entra list`, `entra status` and `entra forget` show it: one row
 * for each item.
 */
#ifndef HELPERS_ENTRA_LIST_ROWS_H
#define HELPERS_ENTRA_LIST_ROWS_H

#include <stdbool.h>
#include <stddef.h>

#include "common/config/config.h"
#include "common/tokens/tokens.h"
#include "helpers/entra/list/row.h"
#include "keyring/keyring.h"

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
 * are those of the others, and this fails as store_list does. */
bool list_rows_read(struct tokens *tokens, const struct config *config, struct list_rows *ret_rows,
                    struct error *error);

/* Whether row i is the first sign-in of its account. */
bool list_rows_begin_account(const struct list_rows *rows, size_t i);

/* What tells row i from others that would look the same: ", by CLIENT" or ", at HOST"; "" if there
 * are none. The caller frees it. */
char *list_rows_distinction(const struct list_rows *rows, size_t i);

void list_rows_clear(struct list_rows *rows);
#define auto_list_rows CLEANUP(list_rows_clear)

#endif
