/* SPDX-License-Identifier: MIT */
/*
 * The device's identity broker: a service of the session bus that gets tokens for the user who is
 * signed in to the device, without asking. It is a module of its own (common/base/module.h),
 * because GIO is linked here. It knows nothing of keyrings or host tools.
 *
 *     tokens -> broker_module -> bus -> com.microsoft.identity.broker1
 *                                         Microsoft's broker, or Himmelblau's
 *
 * Microsoft documents nothing of the interface. What is known is from programs that speak it:
 * sso-mib and linux-entra-sso of Siemens, Himmelblau's identity_dbus_broker, abraunegg's onedrive,
 * and logs that users have published.
 *
 * The bus does not prove who answers: any program of the same user may have the service's name. So
 * a token is checked as far as it can be read, and no answer is believed beyond that.
 */
#ifndef COMMON_ACQUIRE_BROKER_BROKER_H
#define COMMON_ACQUIRE_BROKER_BROKER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/error.h"
#include "common/base/module.h"
#include "common/entra/account.h"
#include "common/entra/request.h"
#include "common/entra/token.h"

#define BROKER_MODULE "entra-broker.so"

#define BROKER_ACCOUNTS_MAX 64
#define BROKER_VERSION_MAX  64

/* Whose broker it is. They differ in the clients that they serve (broker_clients.h). */
enum broker_kind {
    BROKER_OF_MICROSOFT, /* or not known */
    BROKER_OF_HIMMELBLAU,
};

/* How a request ended. Unless noted otherwise, with an error. */
enum broker_end {
    BROKER_DONE,           /* without an error */
    BROKER_ABSENT,         /* no broker is here, and none can be started: ERROR_OTHER */
    BROKER_NEEDS_USER,     /* the user must be asked: ERROR_SIGN_IN */
    BROKER_MAY_NOT_PROMPT, /* nobody knows whether it serves the client, so no window is shown:
                            * ERROR_SIGN_IN */
    BROKER_REFUSES_CLIENT, /* another client may be served: ERROR_REFUSED */
    BROKER_CANCELLED,      /* the user did not want to: ERROR_SIGN_IN */
    BROKER_OFFLINE,        /* the broker cannot reach the authority: ERROR_NETWORK */
    BROKER_UNUSABLE, /* it does not answer in time, or with what cannot be used, or refuses for
                      * another reason: ERROR_NETWORK or ERROR_REFUSED */
};

/* What is asked of the broker. */
struct broker_wanted {
    const struct token_request
        *request;                 /* home_account_id, account: whose token; NULL: anybody's */
    const struct secret *refused; /* the token that is to be replaced by a new one; NULL: none */
    bool prompts;                 /* the broker shows its window, even if it could answer without */
    const char *invitation;       /* said to the user when it does; NULL if it does not */
};

/* What the broker says of itself. */
struct broker_facts {
    bool runs; /* else it can be started */
    enum broker_kind kind;
    char version[BROKER_VERSION_MAX + 1]; /* "": not known */
    char accounts[BROKER_ACCOUNTS_MAX][USERNAME_MAX + 1];
    size_t account_count;   /* each of them once */
    size_t unread_accounts; /* listed without a valid ID or user name, or too many */
    bool serves_client;     /* as far as is known, the request's */
    bool has_account;       /* that the request is for */
};

/* Every function returns by its deadline (deadline.h). */
struct broker_module {
    struct module module;

    /* Asks the bus whether there is a broker or one can be started, and starts none. */
    enum broker_end (*find)(int64_t deadline, bool *ret_runs, struct error *error);

    /* Asks the broker for its version and accounts, and starts it if it does not run. *ret_facts is
     * filled in on failure too, as far as it got. The accounts may depend on the request's client.
     */
    enum broker_end (*describe)(const struct token_request *request, int64_t deadline,
                                struct broker_facts *ret_facts, struct error *error);

    /* Requests a user's token. *ret_account is the account that it belongs to, without a refresh
     * token. The caller clears *ret_token with token_clear and *ret_account with account_clear. */
    enum broker_end (*acquire)(const struct broker_wanted *wanted, int64_t deadline,
                               struct token *ret_token, struct account *ret_account,
                               struct error *error);
};

/* The table of the module, which is loaded on the first call. NULL with ERROR_OTHER (module_load).
 */
static inline const struct broker_module *broker_load(struct error *error)
{
    return (const struct broker_module *)(const void *)module_load(BROKER_MODULE, error);
}

#endif
