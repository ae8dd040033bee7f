/* SPDX-License-Identifier: MIT */
/*
 * What is asked for: whose token, from which authority, for which API. config/ makes it out of
 * files, environment and flags; tokens_get answers it.
 */
#ifndef COMMON_ENTRA_REQUEST_H
#define COMMON_ENTRA_REQUEST_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/error.h"
#include "common/base/secret.h"

/* How an app proves who it is, and which members of struct credential say more of it. */
enum credential_kind {
    CREDENTIAL_CLIENT_SECRET,      /* secret */
    CREDENTIAL_CLIENT_SECRET_FILE, /* path */
    CREDENTIAL_KEYRING,            /* a client secret that the keyring keeps */
    CREDENTIAL_CERTIFICATE,        /* path, or secret (Base64); key_path, password, send_x5c */
    CREDENTIAL_ASSERTION_FILE,     /* path: a federated token that somebody else renews */
    CREDENTIAL_ASSERTION_COMMAND,  /* command: its stdout is a federated token */
    CREDENTIAL_GITHUB_ACTIONS,     /* the job's own OpenID Connect token; audience */
    CREDENTIAL_AZURE_PIPELINES,    /* likewise; id: the service connection */
    CREDENTIAL_ASSERTION_IDENTITY, /* a managed identity's token as the assertion; id, audience */
    CREDENTIAL_MANAGED_IDENTITY,   /* the managed identity's own token; id */
    CREDENTIAL_UNAVAILABLE,        /* not on this system; id: its name; home, hint */
};

/* What the id of a managed identity is; the system-assigned one has none. */
enum identity_id {
    IDENTITY_SYSTEM,
    IDENTITY_CLIENT_ID,
    IDENTITY_OBJECT_ID,
    IDENTITY_RESOURCE_ID,
};

/* One way to prove it. Every pointer is owned (but for home and hint) and NULL where its kind says
 * nothing of it, or where it was left out. */
struct credential {
    enum credential_kind kind;
    char *where; /* what configured it, for messages: FILE:LINE or a variable's name */
    char *path;
    char *key_path;          /* the private key's, where it is not with the certificate */
    struct secret *secret;   /* as the kind says */
    bool kept;               /* the keyring had the secret */
    struct secret *password; /* of an encrypted key */
    bool send_x5c;           /* the whole chain goes along */
    char **command;          /* a program and its arguments; NULL ends them */
    char *id;
    enum identity_id id_kind;
    char *audience;        /* of the assertion; NULL: as the authority's cloud has it */
    const char *home;      /* where it belongs; static */
    const char *hint;      /* what to use instead; static */
    struct error *trouble; /* why the keyring did not say whether it has it */
};

#define CREDENTIALS_MAX 8

/* How a person signs in. */
enum sign_in_method {
    SIGN_IN_AUTO, /* by the browser where one can be opened, else by device code */
    SIGN_IN_BROWSER,
    SIGN_IN_DEVICE_CODE,
};

/* Every pointer is owned, and NULL only where it says so. */
struct token_request {
    char *api; /* its name in the configuration, for people; NULL where only a scope is known */
    char *instance;  /* as authority_instance gives it */
    char *tenant;    /* as authority_is_tenant takes it */
    char *client_id; /* letters, digits and -._~:/ */
    char *scope;     /* as scope_check_for_app takes it, or for a person as scope_check_for_user */
    char *claims;    /* claims_merge's, a JSON object; NULL: none */
    struct credential credentials[CREDENTIALS_MAX]; /* the first that can be loaded is used */
    size_t credential_count;
    bool for_user;         /* a person's token is wanted, not the app's own */
    char *account;         /* the user name that was asked for; NULL: the default account */
    char *home_account_id; /* whose that is; NULL: nobody is known by it yet (sign_in.h) */
    char *username;        /* the account's own; NULL likewise */
    enum sign_in_method sign_in;
    bool (*may_ask)(void); /* whether a person may be asked now; NULL: never */

    bool unconfigured; /* nothing says who asks; a managed identity is the last resort */
    struct token_request *or_user; /* then, where a person's token would do: the same for them */
    bool challenged;    /* the claims hold a challenge, so the keyring's token will not do */
    bool force_refresh; /* go past the keyring */
};

/* Wipe and release what they own. */
void credential_clear(struct credential *credential);
void token_request_clear(struct token_request *request);

/* Leaves open again whose account is meant. */
void token_request_forget_account(struct token_request *request);

/* Lets or_user, which is not NULL, take the request's place. */
void token_request_become_user(struct token_request *request);

#define auto_token_request CLEANUP(token_request_clear)

#endif
