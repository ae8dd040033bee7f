/*
 * What is asked for: whose token, from which authority, for which API. config/ makes it out of
 * files, environment and flags; tokens_get answers it.
 */
#ifndef COMMON_REQUEST_H
#define COMMON_REQUEST_H

#include <stdbool.h>

#include "common/error.h"
#include "common/secret.h"

/* How an app proves who it is. */
enum credential_kind {
    CREDENTIAL_NONE,
    CREDENTIAL_CLIENT_SECRET,
};

struct credential {
    enum credential_kind kind;
    struct secret *client_secret;
};

/* Every pointer is owned, and NULL only where it says so. */
struct token_request {
    char *api; /* its name in the configuration, for people; NULL where only a scope is known */
    char *instance;  /* as authority_instance gives it */
    char *tenant;    /* as authority_is_tenant takes it */
    char *client_id; /* letters, digits and -._~:/ */
    char *scope;     /* as scope_check_for_app takes it */
    char *claims;    /* a claims challenge, a JSON object; NULL: none */
    struct credential credential;
    bool force_refresh; /* go past the keyring */
};

/* Wipes and releases what the request owns. */
void token_request_clear(struct token_request *request);

#define auto_token_request CLEANUP(token_request_clear)

#endif
