/* SPDX-License-Identifier: MIT */
/*
 * What `entra status` finds out, for other commands.
 */
#ifndef HELPERS_ENTRA_STATUS_STATUS_H
#define HELPERS_ENTRA_STATUS_STATUS_H

#include <stdbool.h>

#include "common/base/error.h"
#include "common/base/options.h"

/* Whether a user must sign in before there can be a token (status_facts_need_no_user). Asks nobody
 * but the keyring. *ret_account is the default account, which the caller frees; NULL if there is
 * none. Fails with any kind: with what is wrong with the credential of an app, and with
 * keyring_locked if the keyring may have what it does not show. */
bool status_needs_user(const struct options *options, bool *ret_needs, char **ret_account,
                       struct error *error);

#endif
