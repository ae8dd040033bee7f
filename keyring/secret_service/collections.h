/* SPDX-License-Identifier: MIT */
/*
 * The collections, as the Secret Service calls its keyrings. If a search finds nothing, they tell
 * whether there is nothing, or the service hides it.
 */
#ifndef KEYRING_SECRET_SERVICE_COLLECTIONS_H
#define KEYRING_SECRET_SERVICE_COLLECTIONS_H

#include "keyring/secret_service/service.h"

#define COLLECTION_INTERFACE "org.freedesktop.Secret.Collection"

/* Whether there is a collection that does not end with the session; true if the service does not
 * say. */
bool collections_exist(SecretService *service, int64_t deadline);

/* The paths of those that say that they are unlocked, with NULL after the last. The caller frees
 * them with g_strfreev. */
gchar **collections_find_unlocked(SecretService *service, int64_t deadline);

/* Finds a collection that is locked and shows no items, and may yet have some of ours. Returns its
 * path, which the caller frees with g_free; NULL: there is none. */
gchar *collections_find_opaque(SecretService *service, int64_t deadline);

#endif
