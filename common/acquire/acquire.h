/* SPDX-License-Identifier: MIT */
/*
 * The acquisition of tokens: a module of its own (module.h), since libcurl and OpenSSL live in it
 * and nowhere else. It knows nothing of keyrings or host tools.
 */
#ifndef COMMON_ACQUIRE_ACQUIRE_H
#define COMMON_ACQUIRE_ACQUIRE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/error.h"
#include "common/base/module.h"
#include "common/entra/account.h"
#include "common/entra/request.h"
#include "common/entra/token.h"

#define ACQUIRE_MODULE "entra-acquire.so"

/* What a server that wants tokens says to who brings none; "" where it does not say. */
struct acquire_challenge {
    char www_authenticate[4096]; /* all such fields, with commas between them (challenge.h) */
    char resource_tenant[64];    /* X-VSS-ResourceTenant: the GUID of Azure DevOps' tenant */
};

/* What stands on the way to an authority. Texts are "" where it is not known. */
struct authority_probe {
    char proxy[300];      /* which the environment names, without user name and password */
    bool by_proxy;        /* it was used, and answered */
    char address[64];     /* whom we are connected with: the authority, or the proxy */
    char issuer[256];     /* of the authority's certificate; "": that was not seen */
    int64_t certified_to; /* when that ends, in Unix seconds; 0: not known */
    bool clock_is_known;
    int64_t clock_ahead; /* seconds by which this machine's clock is ahead of the authority's */
};

/* What is known of a credential before anybody is asked. */
struct credential_facts {
    char text[600];     /* a phrase: what it is */
    int64_t expires_on; /* Unix seconds; 0: it does not say */
};

/* Each ends by the deadline (deadline.h); the caller clears what it fills. False with
 * ERROR_REFUSED, ERROR_NETWORK or ERROR_USAGE. */
struct acquire_module {
    struct module module;

    /* Asks the request's authority for an app's token, by whatever credential the request has. */
    bool (*acquire)(const struct token_request *request, int64_t deadline, struct token *token,
                    struct error *error);

    /* Sends the server at an https URL a HEAD request without credentials, follows no redirect, and
     * gives its challenge. False with ERROR_NETWORK. */
    bool (*ask_challenge)(const char *url, int64_t deadline, struct acquire_challenge *challenge,
                          struct error *error);

    /* Asks the request's authority for what it publishes about itself. The probe is filled in as
     * far as that came. False with ERROR_REFUSED (no such tenant) or ERROR_NETWORK. */
    bool (*probe)(const struct token_request *request, int64_t deadline,
                  struct authority_probe *probe, struct error *error);

    /* Loads a credential as acquire would, and shows it to nobody. A certificate's key has signed
     * something then. False with ERROR_USAGE, ERROR_NETWORK or ERROR_REFUSED. */
    bool (*check_credential)(const struct token_request *request,
                             const struct credential *credential, int64_t deadline,
                             struct credential_facts *facts, struct error *error);

    /* Asks it for a person's, by a refresh token. *renewed is what is known of the person now, with
     * a refresh token where a new one came, which then stands in the place of the old one. */
    bool (*refresh)(const struct token_request *request, const struct account *known,
                    int64_t deadline, struct token *token, struct account *renewed,
                    struct error *error);

    /* Has a person sign in, as the request says how. */
    bool (*sign_in)(const struct token_request *request, int64_t deadline, struct token *token,
                    struct account *account, struct error *error);
};

#endif
