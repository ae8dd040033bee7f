/* SPDX-License-Identifier: MIT */
/*
 * What `entra status` finds out, for other commands.
 */
#ifndef HELPERS_ENTRA_STATUS_H
#define HELPERS_ENTRA_STATUS_H

#include <stdbool.h>

#include "common/base/error.h"
#include "common/base/options.h"

/* Whether a user must sign in before there can be a token: no app has a credential, and the keyring
 * has neither a sign-in nor a token. Asks nobody but the keyring. Fails with any kind, and with
 * keyring_locked if the keyring may have what it does not show. */
bool status_needs_user(const struct options *options, bool *ret_needs, struct error *error);

#endif
