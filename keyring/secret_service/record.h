/* SPDX-License-Identifier: MIT */
/*
 * Reads and writes the record of an item, its secret, through the session.
 *
 * If the two ends of a session have different keys (call_blames_session), a secret arrives as
 * nothing, or rarely as anything. That is not taken for an answer: it is read or written again in
 * another session.
 */
#ifndef KEYRING_SECRET_SERVICE_RECORD_H
#define KEYRING_SECRET_SERVICE_RECORD_H

#include "common/base/secret.h"
#include "keyring/secret_service/service.h"

/* Reads the record of the item at this path. Another session takes the place of *service. The
 * caller frees *ret_record with secret_free. Returns KEYRING_NOTHING if the item no longer exists,
 * is locked or has no record; KEYRING_FAILED with ERROR_KEYRING if no session deciphers it; or
 * fails as call_failed does. */
enum keyring_answer record_read(SecretService **service, const gchar *path, int64_t deadline,
                                struct secret **ret_record, struct error *error);

/* Stores an item in place of an earlier one. Of what expires (expires_on: Unix seconds; 0: never),
 * no earlier one is replaced if the service asks the user, and some is deleted if an item more has
 * been created (sweep.h). Fails with ERROR_KEYRING. */
bool record_write(const struct keyring_key *key, const char *label, const struct secret *record,
                  int64_t expires_on, int64_t deadline, struct error *error);

#endif
