/* SPDX-License-Identifier: MIT */
/*
 * What `entra status` finds out, and what may be read out of it.
 */
#ifndef HELPERS_ENTRA_STATUS_FACTS_H
#define HELPERS_ENTRA_STATUS_FACTS_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/cleanup.h"
#include "common/base/error.h"
#include "common/base/options.h"
#include "common/config/config.h"
#include "common/tokens/tokens.h"
#include "helpers/entra/device_broker.h"
#include "helpers/entra/list/rows.h"

struct status_facts {
    const struct options *options;
    struct config *config;
    struct tokens tokens;
    struct list_rows rows;
    struct token_candidates candidates;
    const struct token_request *request; /* for the app or user that is configured; NULL: none is */
    struct error identity_error; /* why it cannot be used; the kind is ERROR_NONE if it can */
    const struct credential *credential; /* of the app: the first that can be used; NULL: none */
    struct error credential_error; /* why an app has none; the kind is ERROR_NONE if it has one */
    const char *keyring_reason;    /* why it is this keyring */
    struct device_broker broker;
};

/* Asks the configuration, the files that it names, the keyring, and the device's broker if one
 * runs. The facts point into the options and the configuration. The caller clears *ret_facts with
 * status_facts_clear. Fails with any kind. */
bool status_facts_find(const struct options *options, struct config *config,
                       struct status_facts *ret_facts, struct error *error);
void status_facts_clear(struct status_facts *facts);

#define auto_status_facts CLEANUP(status_facts_clear)

/* Whether there can be a token without a sign-in, for the API that the options name, or else for
 * any API of the identity: its app has a credential, or the keyring has a sign-in of its client or
 * a token, or the device's broker has the account. A machine may have an identity that only its
 * service would tell of. */
bool status_facts_need_no_user(const struct status_facts *facts);

/* Whether the keyring may have what it does not show. */
bool status_facts_some_are_locked(const struct status_facts *facts);

/* Whether the user has a keyring of the desktop that is not looked into. */
bool status_facts_some_are_unseen(const struct status_facts *facts);

/* Fails with the reason why there can be no token without a sign-in: ERROR_SIGN_IN if a user could
 * sign in, else the kind of what is wrong. */
bool status_facts_fail_without_user(const struct status_facts *facts, struct error *error);

#endif
