/* SPDX-License-Identifier: MIT */
/*
 * One item of the Secret Service: its label, its attributes, and whether it is locked. (Its record
 * needs a session: module.c.)
 *
 * libsecret's SecretItem is not used: it takes every failure to read an item for one that is not
 * there, and a search fails as a whole if one of its items is gone by the time it is read.
 */
#ifndef KEYRING_SECRET_SERVICE_ITEM_H
#define KEYRING_SECRET_SERVICE_ITEM_H

#include "keyring/secret_service/service.h"

#define ITEM_INTERFACE "org.freedesktop.Secret.Item"

/* Reads the item at a path of the service. A service that does not say whether it is locked has it
 * locked or not as is_locked says. The caller clears *ret_item with keyring_item_clear. Returns
 * KEYRING_NOTHING if the item is gone, or fails as call_failed does. */
enum keyring_answer item_read(SecretService *service, const gchar *path, bool is_locked,
                              int64_t deadline, struct keyring_item *ret_item, struct error *error);

/* Whose an item is that a search without the schema has found. */
enum item_owner {
    ITEM_OURS,
    ITEM_HIDDEN, /* ours, as far as can be seen while it is locked: its attributes do not say */
    ITEM_FOREIGN,
};
enum item_owner item_owner(const struct keyring_item *item);

#endif
