/* SPDX-License-Identifier: MIT */
/*
 * kubelogin's login methods, and which options belong to which: those of the old one go when a user
 * gets another.
 *
 * Source: github.com/Azure/kubelogin, pkg/internal/converter/convert.go.
 */
#ifndef HELPERS_KUBECTL_KUBECONFIG_LOGIN_H
#define HELPERS_KUBECTL_KUBECONFIG_LOGIN_H

#include <stdbool.h>
#include <stddef.h>

/* An option of an exec section that belongs to certain logins, or has another name. */
struct login_option {
    const char *name;
    char letter; /* of its short form; 0: it has none */
    bool is_switch;
    unsigned logins;     /* those that take it: internal bits */
    bool is_of_app;      /* part of an app's identity, beside the client ID */
    const char *meaning; /* what other options set too; NULL: no other one does */
};

/* All of them; the name is NULL after the last. */
extern const struct login_option login_options[];

/* The option of this name; NULL if it belongs to no login. */
const struct login_option *login_option_find(const char *name);

/* Whether two names are those of the same option, such as --tenant and --tenant-id. */
bool login_options_are_same(const char *name, const char *other);

/* Whether a user's login method, by its name, is that of a human being, or of an app. Neither, if
 * the name is not known. */
bool login_is_of_user(const char *name);
bool login_is_of_app(const char *name);

/* Whether an option stays with a login. has_own_client: a client ID of the user's own is configured
 * beside it; an app's identity is its client, tenant and cloud together. An unknown login keeps
 * everything. */
bool login_takes(const char *name, const struct login_option *option, bool has_own_client);

/* Whether a client ID is that of a public client of Microsoft's, as az writes it into every
 * kubeconfig: no app's own. */
bool login_client_is_public(const char *client_id);

#endif
