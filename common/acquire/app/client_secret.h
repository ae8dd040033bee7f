/* SPDX-License-Identifier: MIT */
/*
 * Client secrets: reading one from a file, and what can be told of one by its shape, which is said
 * if the authority refuses it. The secret itself is never shown.
 */
#ifndef COMMON_ACQUIRE_APP_CLIENT_SECRET_H
#define COMMON_ACQUIRE_APP_CLIENT_SECRET_H

#include "common/base/error.h"
#include "common/base/secret.h"

/* What is odd about a client secret. */
struct client_secret_oddity {
    const char *description; /* "it looks like a secret's id" */
    const char *remedy;      /* a sentence */
};

/* Reads a client secret from a file, which has one line. The line break at its end is left out. The
 * caller frees the result with secret_free. Returns NULL with ERROR_USAGE or ERROR_OTHER. */
struct secret *client_secret_read(const char *path, struct error *error);

/* Checks that a client secret is no placeholder of a sample file. where is what configured it.
 * Fails with ERROR_USAGE. */
bool client_secret_check(const struct secret *secret, const char *where, struct error *error);

/* What is odd about the secret; NULL: nothing. The texts are static. */
const struct client_secret_oddity *client_secret_oddity(const struct secret *secret);

#endif
