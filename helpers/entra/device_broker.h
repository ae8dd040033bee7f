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

struct device_broker {
    enum broker_end end; /* BROKER_ABSENT: there is none, or it may not be used */
    bool is_forbidden;   /* by ENTRA_BROKER or the configuration */
    bool is_known;       /* facts are what it says; else it does not run, or does not answer */
    struct broker_facts facts;
    struct error error; /* unless the end is BROKER_DONE */
};

/* Looks whether there is a broker for the request of a user (NULL: of anybody), and what it says of
 * itself. One that does not run is started if `starts` says so. */
void device_broker_look(const struct token_request *request, bool starts, int64_t deadline,
                        struct device_broker *ret_broker);

/* As device_broker_look, for what is configured (NULL: nothing), and starts none. BROKER_ABSENT
 * also if an app is configured. */
void device_broker_look_for(struct config *config, int64_t deadline,
                            struct device_broker *ret_broker);

/* Whether this user (NULL: anybody) is signed in to the device. */
bool device_broker_has(const struct device_broker *broker, const char *username);

/* "Microsoft's 2.5.2". The caller frees it. */
char *device_broker_name(const struct device_broker *broker);

/* The accounts, separated by commas; "nobody". The caller frees it. */
char *device_broker_accounts(const struct device_broker *broker);

/* Whether this is the Windows Subsystem for Linux, which has Windows' broker and none on a bus. */
bool device_broker_is_on_windows(void);

#endif
