/* SPDX-License-Identifier: MIT */
/*
 * What is sent to a broker: JSON texts, the third argument of its methods. Pure functions.
 *
 * The form is that of linux-entra-sso and sso-mib. Microsoft's broker demands since after 2.0.1
 * that authorizationType fits the method; since 3.0, that no scope is asked for that may be
 * declined, so that there is one scope and nothing beside it (abraunegg/onedrive#3685).
 * Himmelblau's takes the user name of the account, also for a prompt.
 */
#ifndef COMMON_ACQUIRE_BROKER_BROKER_REQUEST_H
#define COMMON_ACQUIRE_BROKER_BROKER_REQUEST_H

#include "common/acquire/broker/broker_accounts.h"
#include "common/acquire/broker/broker_clients.h"

/* The first argument of every method: all clients send this one to all brokers. */
#define BROKER_PROTOCOL_VERSION "0.0"

struct broker_job {
    const struct broker_wanted *wanted;
    struct broker_client client;
    const struct broker_account *account; /* NULL: the user chooses one, in a prompt */
};

/* The request of acquireTokenSilently, or if the job prompts, of acquireTokenInteractively. The
 * caller frees the result with secret_free. */
struct secret *broker_request_token(const struct broker_job *job);

/* The requests of getAccounts and of getLinuxBrokerVersion. */
struct secret *broker_request_accounts(const struct broker_client *client);
struct secret *broker_request_version(void);

#endif
