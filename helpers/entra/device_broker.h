/* SPDX-License-Identifier: MIT */
/*
 * The device's identity broker, as `entra status`, `entra list` and `entra doctor` tell of it.
 */
#ifndef HELPERS_ENTRA_DEVICE_BROKER_H
#define HELPERS_ENTRA_DEVICE_BROKER_H

#include <stdbool.h>
#include <stdint.h>

#include "common/acquire/broker/broker.h"
#include "common/config/config.h"
#include "common/entra/request.h"
#include "common/store/store.h"

struct device_broker {
    enum broker_end end; /* BROKER_ABSENT: there is none, or it may not be used */
    bool is_forbidden;   /* by ENTRA_BROKER or the configuration */
    bool is_known;       /* facts are what it says; else it does not run, or does not answer */
    bool may_answer;     /* it has the account, and has not just failed or refused the client */
    struct broker_facts facts;
    struct error error; /* unless the end is BROKER_DONE */
};

/* The request of a user; NULL: only an app's is made. The candidates own it. */
const struct token_request *device_broker_request(const struct token_candidates *candidates);

/* Looks whether there is a broker for the request of a user (NULL: there is none), and what it says
 * of itself and of the account that the store has for the request. One that does not run is started
 * if `starts` says so. */
void device_broker_look(struct store *store, const struct token_request *request, bool starts,
                        int64_t deadline, struct device_broker *ret_broker);

/* As device_broker_look, for what is configured, and starts none. BROKER_ABSENT also if an app is
 * configured, or if the configuration cannot be used (NULL: not even read): it may forbid it. */
void device_broker_look_for(struct store *store, struct config *config, int64_t deadline,
                            struct device_broker *ret_broker);

/* Whether this user (NULL: anybody) is signed in to the device. */
bool device_broker_has(const struct device_broker *broker, const char *username);

/* Whether it is known that the user is not. */
bool device_broker_lacks(const struct device_broker *broker, const char *username);

/* "Microsoft's 2.5.2". The caller frees it. */
char *device_broker_name(const struct device_broker *broker);

/* The accounts, separated by commas, and how many cannot be read; "nobody" if there are none. The
 * caller frees it. */
char *device_broker_accounts(const struct device_broker *broker);

/* Whether this is the Windows Subsystem for Linux, which has Windows' broker and none on a bus. */
bool device_broker_is_on_windows(void);

#endif
