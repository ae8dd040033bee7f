/* SPDX-License-Identifier: MIT */
/*
 * What the tests of the broker's dialects share: a user's request, its job, and tokens that can be
 * read.
 */
#ifndef TESTS_UNIT_BROKER_CASE_H
#define TESTS_UNIT_BROKER_CASE_H

#include "common/acquire/broker/broker_request.h"

#define BROKER_NOW    1795000000
#define BROKER_CLIENT "97e0a5b7-d745-40b6-94fe-5f77d35c6e05"
#define BROKER_SCOPE  KNOWN_APP_AZURE_DEVOPS "/.default"
#define BROKER_OID    "0a5d8c1e-7f3b-4d2a-9b64-1c0e5f7a8b9c"
#define BROKER_TID    "8f1c2d3e-4b5a-4c6d-8e7f-9a0b1c2d3e4f"
#define BROKER_ADA    BROKER_OID "." BROKER_TID
#define BROKER_KEY    "0123456789abcdefghijklmnopqrstuvwxyzABCDEFG"

/* The account as getAccounts gives it, by json_text. */
#define BROKER_ACCOUNT                                                                             \
    "{'environment':'login.windows.net','givenName':'Ada','homeAccountId':'" BROKER_ADA            \
    "','localAccountId':'" BROKER_OID                                                              \
    "','name':'Ada Example','passwordExpiry':0,'realm':'" BROKER_TID                               \
    "','username':'Ada@contoso.com'}"

/* A request for BROKER_SCOPE by BROKER_CLIENT, with Ada's account. Valid until the next call. */
struct broker_job *broker_case(void);
struct token_request *broker_case_request(void);
struct broker_wanted *broker_case_wanted(void);

/* A token with these claims (json_text), whose signature nobody checks; it lives an hour. "" is a
 * token as asked for. The caller frees the result with free. */
char *broker_case_token(const char *more_claims);

/* base64url of a text (json_text). The caller frees the result with free. */
char *broker_case_base64(const char *text);

#endif
