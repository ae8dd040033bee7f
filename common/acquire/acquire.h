/* SPDX-License-Identifier: MIT */
/*
 * Token acquisition. It is a module of its own (common/base/module.h), because libcurl and OpenSSL
 * are linked here and nowhere else. It knows nothing of keyrings or host tools.
 */
#ifndef COMMON_ACQUIRE_ACQUIRE_H
#define COMMON_ACQUIRE_ACQUIRE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/error.h"
#include "common/base/file.h"
#include "common/base/module.h"
#include "common/base/network.h"
#include "common/entra/account.h"
#include "common/entra/request.h"
#include "common/entra/token.h"

#define ACQUIRE_MODULE "entra-acquire.so"

/* How a server answers a request that carries no token. A field is "" if the server did not send
 * it. */
struct acquire_challenge {
    long status;                 /* of HTTP */
    char www_authenticate[4096]; /* all WWW-Authenticate fields, joined by commas (challenge.h) */
    char resource_tenant[64];    /* X-VSS-ResourceTenant: the GUID of Azure DevOps' tenant */
};

/* The network path to an authority. A text is "" if it is not known. */
struct authority_probe {
    char proxy[300];      /* the proxy that is configured, without user name and password */
    bool by_proxy;        /* the proxy was used and answered */
    char address[64];     /* the peer's address: the authority's or the proxy's */
    char issuer[256];     /* the issuer of the authority's certificate; "" if none was seen */
    int64_t certified_to; /* when that certificate expires, in Unix seconds; 0 if not known */
    bool clock_is_known;  /* the authority sent the time, so clock_ahead is valid */
    int64_t clock_ahead;  /* seconds by which this machine's clock is ahead of the authority's */
    char tenant_id[37];   /* the GUID of the request's tenant; "" if it is several, or not told */
};

/* What is known about a credential before it is sent to an authority. */
struct credential_facts {
    char text[600];     /* a description for the user, without a full stop */
    int64_t expires_on; /* Unix seconds; 0 if the credential does not say */
};

/* How the request for an app's token ended. */
enum acquire_end {
    ACQUIRED,
    ACQUIRE_NO_IDENTITY, /* this machine has no managed identity, or it is not known whether it has
                          * one; the error says which */
    ACQUIRE_FAILED,      /* with an error */
};

/* The browser of a sign-in, which waits for its last page. */
struct sign_in_browser;

enum sign_in_end {
    SIGN_IN_DONE,
    SIGN_IN_FAILED,
    SIGN_IN_GOES_ON, /* it failed, and another one follows, by another client */
};

/* Every function that takes a deadline (deadline.h) returns by then. Unless noted otherwise, the
 * functions fail with ERROR_REFUSED, ERROR_NETWORK or ERROR_USAGE. The caller clears *ret_token
 * with token_clear and the accounts with account_clear.
 *
 * If the request has a pop_key, acquire, refresh and sign_in get a token that is bound to it. */
struct acquire_module {
    struct module module;

    /* The module's own network_source, set to the program's. */
    const struct network_source **network_source;

    /* Requests a token for an app with the first of the request's credentials that can be loaded.
     */
    enum acquire_end (*acquire)(const struct token_request *request, int64_t deadline,
                                struct token *ret_token, struct error *error);

    /* Has a container registry (struct token_request) exchange an Entra access token for a refresh
     * token of its own, by one request to that registry alone. */
    bool (*exchange)(const char *registry, const struct secret *access_token, int64_t deadline,
                     struct token *ret_token, struct error *error);

    /* Sends a HEAD request without credentials to an https URL, follows no redirect, and returns
     * the server's challenge. Fails with ERROR_NETWORK, or ERROR_USAGE if the URL is not https. */
    bool (*ask_challenge)(const char *url, int64_t deadline,
                          struct acquire_challenge *ret_challenge, struct error *error);

    /* Requests the metadata that the request's authority publishes. *ret_probe is filled in on
     * failure too, as far as the connection got. Fails with ERROR_REFUSED (there is no such
     * tenant), ERROR_NETWORK or ERROR_USAGE. */
    bool (*probe)(const struct token_request *request, int64_t deadline,
                  struct authority_probe *ret_probe, struct error *error);

    /* Loads a credential as acquire does, but sends it to no authority. The key of a certificate
     * is tested by signing with it. With asks_nobody, no service, command or device is asked for a
     * credential either: it counts as loaded if it can be asked for. On failure, ret_facts->text is
     * "" unless the credential was loaded, but is outside its period of validity. */
    bool (*check_credential)(const struct token_request *request,
                             const struct credential *credential, bool asks_nobody,
                             int64_t deadline, struct credential_facts *ret_facts,
                             struct error *error);

    /* Requests a token for a user with the refresh token of the account `known`. *ret_account is
     * the account as the authority now describes it. If it contains a refresh token, that token
     * replaces the old one. */
    bool (*refresh)(const struct token_request *request, const struct account *known,
                    int64_t deadline, struct token *ret_token, struct account *ret_account,
                    struct error *error);

    /* Signs in a user by the request's method (browser or device code). *ret_browser is always set:
     * the browser that waits to be told how the sign-in ended, to be passed to answer_browser, or
     * NULL. Fails with ERROR_SIGN_IN too, if nobody signs in in time or the wrong user does. */
    bool (*sign_in)(const struct token_request *request, int64_t deadline, struct token *ret_token,
                    struct account *ret_account, struct sign_in_browser **ret_browser,
                    struct error *error);

    /* Shows in the browser how the sign-in ended, once nothing can go wrong any more, and releases
     * it. error says why it failed, and advice what to do; both are NULL for SIGN_IN_DONE. */
    void (*answer_browser)(struct sign_in_browser *browser, enum sign_in_end end,
                           const struct error *error, const char *advice);

    /* What the program ACQUIRE_SIGNER does (app/signer.h). Does not return. */
    void (*run_signer)(void);
};

/* The name by which acquire and check_credential run this program, to sign with a key. Two
 * arguments follow: the program's name in messages, and the form of messages. */
#define ACQUIRE_SIGNER      "entra-sign"
#define ACQUIRE_SIGNER_TEXT "text"
#define ACQUIRE_SIGNER_JSON "json"

/* The table of the module, which is loaded on the first call. NULL with ERROR_OTHER (module_load),
 * or with ERROR_USAGE if a variable of its libraries names something that is not a file. */
static inline const struct acquire_module *acquire_load(struct error *error)
{
    /* libcurl brings GnuTLS with it, which reads its own when it is loaded. */
    if (!file_check_variable("OPENSSL_CONF", "", error) ||
        !file_check_variable("GNUTLS_SYSTEM_PRIORITY_FILE", "", error) ||
        !file_check_variable("SSL_CERT_FILE", "tls_ca_file", error) ||
        !file_check_variable("CURL_CA_BUNDLE", "tls_ca_file", error) ||
        !file_check_folders("SSL_CERT_DIR", "tls_ca_file", error))
        return NULL;
    const struct acquire_module *module =
        (const struct acquire_module *)(const void *)module_load(ACQUIRE_MODULE, error);
    if (module != NULL)
        *module->network_source = network_source;
    return module;
}

#endif
