/* SPDX-License-Identifier: MIT */
/*
 * Searching the Secret Service for items of ours, also for those that it hides.
 *
 * GNOME Keyring finds no item by its schema that has been locked since the daemon was started, as
 * it is after a login without a password (gnome-keyring#89, libsecret#7); by its other attributes,
 * it does. Nor can it be seen then whose an item is, except by item_owner.
 */
#ifndef KEYRING_SECRET_SERVICE_SEARCH_H
#define KEYRING_SECRET_SERVICE_SEARCH_H

#include "keyring/secret_service/service.h"

/* The attributes as libsecret takes them, with our schema or without one. The texts are the key's.
 * The caller releases the table with g_hash_table_unref. */
GHashTable *search_attributes(const struct keyring_key *key, bool with_schema);

/* The paths of the items that a search has found. */
struct hits {
    gchar **readable, **locked; /* NULL-terminated; NULL: none */
};

void hits_clear(struct hits *hits);
#define auto_hits CLEANUP(hits_clear)

/* Searches for items with the attributes of the key, and with our schema or any. The caller clears
 * *ret_hits with hits_clear. Returns KEYRING_FOUND, also if there are none, or fails as call_failed
 * does. */
enum keyring_answer search_hits(SecretService *service, const struct keyring_key *key,
                                bool with_schema, int64_t deadline, struct hits *ret_hits,
                                struct error *error);

/* As search_hits, with any schema and in one collection. Sets *ret_paths to the items, with NULL
 * after the last; the caller frees them with g_strfreev. */
enum keyring_answer search_collection(SecretService *service, const gchar *collection,
                                      const struct keyring_key *key, int64_t deadline,
                                      gchar ***ret_paths, struct error *error);

/* Finds the first of these items that is ours, as far as it can be seen. The caller frees *ret_path
 * with g_free. Fails as call_failed does. */
enum keyring_answer search_own(SecretService *service, gchar **paths, bool are_locked,
                               int64_t deadline, gchar **ret_path, struct error *error);

/* Finds the item of a key. *ret_locked says whether it exists but cannot be read. The caller frees
 * *ret_path with g_free. Fails as call_failed does. */
enum keyring_answer search_item(SecretService *service, const struct keyring_key *key,
                                int64_t deadline, gchar **ret_path, bool *ret_locked,
                                struct error *error);

#endif
