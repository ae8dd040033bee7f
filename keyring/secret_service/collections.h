/* SPDX-License-Identifier: MIT */
/*
 * The collections, which are what the Secret Service calls its keyrings. They say what it means
 * that a search has found nothing.
 */
#ifndef KEYRING_SECRET_SERVICE_COLLECTIONS_H
#define KEYRING_SECRET_SERVICE_COLLECTIONS_H

#include "keyring/secret_service/service.h"

/* Whether there is a collection that does not end with the session; true if the service does not
 * say. */
bool collections_exist(SecretService *service, int64_t deadline);

/* Finds a collection that is locked and shows no items, and may yet have some of ours. Returns its
 * path, which the caller frees with g_free; NULL: there is none. */
gchar *collections_find_opaque(SecretService *service, int64_t deadline);

#endif
