/* SPDX-License-Identifier: MIT */
/*
 * Which clients a broker serves, and with which redirect URI.
 *
 * Microsoft's broker accepts a client whose registration has the redirect URI for mobile and
 * desktop apps ("Enable SSO in native Linux apps using MSAL.NET"). Of Microsoft's own clients, that
 * is known of Azure Artifacts' credential provider; Visual Studio's has none
 * (git-credential-manager#2043). Himmelblau's broker signs in by an authorization request of its
 * own, so any redirect URI of the client's will do, such as the one that a browser is sent to.
 */
#ifndef COMMON_ACQUIRE_BROKER_BROKER_CLIENTS_H
#define COMMON_ACQUIRE_BROKER_BROKER_CLIENTS_H

#include "common/acquire/broker/broker.h"

/* What the registration of an app needs, as a public client, so that Microsoft's broker serves it.
 */
#define BROKER_REDIRECT "https://login.microsoftonline.com/common/oauth2/nativeclient"

enum broker_service {
    BROKER_SERVES,
    BROKER_MAY_SERVE, /* nobody has told: it is asked, but shows no window, which might say no more
                       * than that the redirect URI is wrong */
    BROKER_SERVES_NOT,
};

struct broker_client {
    const char *id; /* the client that asks */
    const char *redirect_uri;
    enum broker_service service;
};

/* The client that asks for the request's token: its own, or one that may have the token in its
 * place. The request owns the ID, or it is static. */
struct broker_client broker_client_for(const struct token_request *request, enum broker_kind kind);

#endif
