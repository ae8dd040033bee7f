/* SPDX-License-Identifier: MIT */
/*
 * Deletes what has expired. The Secret Service keeps items for ever, so each token for an API that
 * was used once would stay, and GNOME Keyring writes all of them anew with each one that is stored.
 *
 * Nobody waits for it for long: it is done when an item more is created, and then looks at a few
 * items only. That is enough: the more of them have expired, the more likely it finds those.
 */
#ifndef KEYRING_SECRET_SERVICE_SWEEP_H
#define KEYRING_SECRET_SERVICE_SWEEP_H

#include "keyring/secret_service/service.h"

/* Looks at a few items of the default collection that have our schema and the first attribute of
 * the key, which says of what kind they are, and deletes those that were last stored longer ago
 * than an item of this kind lasts: `life` seconds, as long as the one with the key does, or two
 * days if that is longer. Nothing prompts the user, and a failure is nobody's concern. */
void sweep(SecretService *service, const struct keyring_key *key, int64_t life, int64_t deadline);

#endif
