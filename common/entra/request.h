/* SPDX-License-Identifier: MIT */
/*
 * A request for a token: whose token, from which authority, for which API. common/config makes it
 * from the file, the environment and the options; tokens_get answers it and does not change it.
 */
#ifndef COMMON_ENTRA_REQUEST_H
#define COMMON_ENTRA_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/error.h"
#include "common/base/secret.h"
#include "common/entra/pop_key.h"

/* How an app authenticates, and which members of struct credential say more about it. */
enum credential_kind {
    CREDENTIAL_CLIENT_SECRET,      /* secret */
    CREDENTIAL_CLIENT_SECRET_FILE, /* path */
    CREDENTIAL_KEYRING,            /* a client secret that is stored in the keyring */
    CREDENTIAL_CERTIFICATE,        /* path, or secret (Base64); key_path, password, send_x5c */
    CREDENTIAL_ASSERTION_FILE,     /* path: a federated token that another program renews */
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

/* A client credential. Every pointer is owned, except home and hint, and NULL if its kind does not
 * use it or if it was left out. */
struct credential {
    enum credential_kind kind;
    bool borrowed; /* another credential, which outlives this one, owns the pointers */
    char *where;   /* what configured it, for messages: FILE:LINE or a variable's name */
    char *path;
    char *key_path;          /* of the private key, if the certificate's file does not have it */
    struct secret *secret;   /* as the kind says */
    bool kept;               /* the secret came from the keyring */
    struct secret *password; /* of an encrypted key */
    bool send_x5c;           /* the whole certificate chain is sent */
    char **command;          /* a program and its arguments; NULL ends them */
    char *id;
    enum identity_id id_kind;
    char *id_from;         /* what named the id of a managed identity, for messages */
    char *audience;        /* of the assertion; NULL: the cloud's usual one */
    const char *home;      /* the system it belongs to; static */
    const char *hint;      /* what to use instead; static */
    struct error *trouble; /* why it cannot be used: the keyring could not be asked for it, or its
                            * path is refused; NULL if nothing is wrong */
};

#define CREDENTIALS_MAX 8

/* How a user signs in. */
enum sign_in_method {
    SIGN_IN_AUTO, /* by the device's broker, by the browser if one can be opened, or device code */
    SIGN_IN_BROWSER,
    SIGN_IN_DEVICE_CODE,
    SIGN_IN_BROKER, /* by the window of the device's identity broker */
};

/* Whether the device's identity broker is asked for a user's token. */
enum broker_use {
    BROKER_USE_AUTO, /* where there is one, after a sign-in of ours */
    BROKER_USE_NEVER,
    BROKER_USE_REQUIRED, /* and nothing else */
};

/* Every pointer is owned, and NULL only where the comment says so. */
struct token_request {
    char *api;      /* its name in the configuration, for messages; NULL: only the scope is known */
    char *host;     /* for prompts: where the token goes, perhaps with a path; NULL: not known */
    char *instance; /* as authority_instance gives it */
    char *instance_from;    /* what named it, for messages; NULL: nobody did */
    bool instance_learned;  /* not configured, but named by the cluster (config_context) */
    char *tenant;           /* as authority_is_tenant takes it */
    char *tenant_from;      /* what named it, for messages; NULL: nobody did */
    bool tenant_learned;    /* not configured, but named by the server or cluster */
    char *client_id;        /* letters, digits and -._~:/ */
    char *client_id_from;   /* what named it, for messages; NULL: nobody did */
    bool client_overridden; /* the configuration names another one, which is an app's: no user's */
    const char *second_client; /* asks if the authority refuses client_id, which nobody chose; NULL:
                                * none; static */
    const char *first_client;  /* the second client asks instead of this one; NULL: it does not.
                                * Only in common/tokens's copy */
    bool first_is_refused;     /* since the authority refuses the first; otherwise, since the second
                                * alone had a sign-in */
    char *scope;               /* as scope_check_for_app or scope_check_single takes it */
    bool scope_learned;        /* not the API's own, but named by the cluster */
    char *claims;              /* claims_merge's, a JSON object; NULL: none */
    char *pop_host; /* the token is bound to a key, and the answer is signed for this host;
                     * NULL: a bearer token is wanted */
    char *registry; /* the token is exchanged for this container registry's refresh token
                     * (registry_token.h): its host, with the port if that is not the usual one;
                     * NULL: the token itself is wanted */
    struct credential credentials[CREDENTIALS_MAX]; /* the first that can be loaded is used */
    size_t credential_count;
    bool for_user;          /* a user's token is wanted, not the app's own */
    char *user_because;     /* what asks for a user's, as a clause for messages; NULL: nothing, but
                             * that there is no credential */
    const char *job_remedy; /* how to have a job's app ask instead, as a sentence; not owned;
                             * NULL: as entra-appsettings(5) says */
    char *account;          /* the user name that was asked for; NULL: the default account */
    const char *account_folder; /* then that of this folder (account_folder.h); NULL: of none; not
                                 * owned, outlives the request */
    enum sign_in_method sign_in;
    enum broker_use broker;
    uint16_t redirect_port;  /* where the browser is redirected to; 0: any free port */
    const char *device_code; /* how to sign in by device code instead, as the end of a sentence; not
                              * owned; NULL: the program takes nothing of the kind, and
                              * common/tokens names a command in its copy */
    bool unconfigured;       /* no identity is configured: one of the token_candidates */
    bool challenged;    /* the claims come from a challenge, so the keyring's token will not do */
    bool force_refresh; /* ask the authority whatever the keyring has */
    bool needs_context; /* no command line can make the same request, which depends on a helper's
                         * own credential, ID or variables */

    /* The account (account.h). common/config leaves both NULL; account_store_resolve fills them in,
     * in the copy of the request that common/tokens makes. */
    char *home_account_id;
    char *username;
    bool account_of_tenant; /* it is remembered for the request's tenant (default_account.h) */

    /* The key for pop_host. It is filled in as the account is, by common/tokens/pop.h. */
    struct pop_key pop_key;
};

/* The requests to try, in the order of preference. There are two if no identity is configured: for
 * the machine's managed identity and for the user. */
#define TOKEN_CANDIDATES_MAX 2
struct token_candidates {
    struct token_request items[TOKEN_CANDIDATES_MAX];
    size_t count;
};

/* The client that was chosen at first, by which all processes name the request, whichever of two
 * clients asks by now. The request owns it. */
const char *token_request_first_client(const struct token_request *request);

/* Whether the app's own token is wanted, and there is a credential to request it with; and whether
 * that is the managed identity of this machine. */
bool token_request_is_for_app(const struct token_request *request);
bool token_request_is_for_managed_identity(const struct token_request *request);

/* Sets where the candidates' token goes, for prompts: a host, and what of its path matters, or
 * NULL. */
void token_candidates_set_host(struct token_candidates *candidates, const char *host,
                               const char *path);

/* Has each candidate's token bound to a key, and the answer signed for this host. The identity
 * service of a machine binds no tokens, so managed identities are no longer candidates: a bearer
 * token instead would be less than was asked for. Fails with ERROR_USAGE if nobody else is one. */
bool token_candidates_bind(struct token_candidates *candidates, const char *pop_host,
                           struct error *error);

/* Has each candidate's token exchanged for the refresh token of this container registry, as
 * struct token_request has its name. The token is sent to the registry, so its API must be one
 * whose tokens may go there (config_find_registry). */
void token_candidates_exchange(struct token_candidates *candidates, const char *registry);

/* Wipe and release what they own. */
void credential_clear(struct credential *credential);
void token_request_clear(struct token_request *request);
void token_candidates_clear(struct token_candidates *candidates);

#define auto_token_request    CLEANUP(token_request_clear)
#define auto_token_candidates CLEANUP(token_candidates_clear)

#endif
