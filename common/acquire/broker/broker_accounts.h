/* SPDX-License-Identifier: MIT */
/*
 * The accounts that a broker has, and which of them a request is for.
 */
#ifndef COMMON_ACQUIRE_BROKER_BROKER_ACCOUNTS_H
#define COMMON_ACQUIRE_BROKER_BROKER_ACCOUNTS_H

#include "common/acquire/broker/broker.h"
#include "common/base/json.h"

/* No answer of a broker is longer; real ones have 2 to 20 KiB. */
#define BROKER_ANSWER_MAX (256 * 1024)

/* Longer members of an account, such as a picture, are not handed back. */
#define BROKER_MEMBER_MAX 4096

struct broker_account {
    char *home_account_id; /* owned; passes account_is_home_account_id */
    char *username;        /* owned; as the broker writes it; passes account_is_username */
    json_object *as_sent;  /* owned: how the broker knows the account */
};

struct broker_accounts {
    struct broker_account items[BROKER_ACCOUNTS_MAX];
    size_t count;
    size_t passed_over; /* listed, but not read */
};

/* Reads the answer to getAccounts. What has no valid ID or user name is passed over, and what is
 * beyond BROKER_ACCOUNTS_MAX. An empty list is an answer too. The caller clears *ret_accounts with
 * broker_accounts_clear. */
enum broker_end broker_accounts_read(const char *text, size_t length,
                                     struct broker_accounts *ret_accounts, struct error *error);

/* Whether an earlier item is the same account: a broker may list one for each tenant that it is
 * known in (realm). */
bool broker_accounts_is_again(const struct broker_accounts *accounts, size_t index);

/* The account that the request is for: by its ID, else by its user name, else the only one, or the
 * only one of the request's tenant. If it is listed more than once, as it is in that tenant. NULL
 * if there is none or several, with ERROR_SIGN_IN. */
const struct broker_account *broker_accounts_find(const struct broker_accounts *accounts,
                                                  const struct token_request *request,
                                                  struct error *error);

void broker_accounts_clear(struct broker_accounts *accounts);
#define auto_broker_accounts CLEANUP(broker_accounts_clear)

#endif
