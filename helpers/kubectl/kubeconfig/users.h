/* SPDX-License-Identifier: MIT */
/*
 * The users of a kubeconfig: where they are in the file, and what credentials they have.
 */
#ifndef HELPERS_KUBECTL_KUBECONFIG_USERS_H
#define HELPERS_KUBECTL_KUBECONFIG_USERS_H

#include "helpers/kubectl/kubeconfig/names.h"

#define OUR_PROGRAM  "exec-credential-entra"
#define INSTALL_HINT OUR_PROGRAM " is not installed; it comes with entra-credential-helpers."

struct kubeconfig {
    struct yaml yaml;
    struct names users, contexts, clusters;
    struct lh_table *aks_users; /* the names of those whom a context uses with a server of AKS */
};

enum user_kind {
    USER_BARE,          /* no credentials */
    USER_STATIC,        /* a certificate, token or password, as AKS gives to local accounts */
    USER_AUTH_PROVIDER, /* the azure auth-provider, which kubectl had until 1.25 */
    USER_KUBELOGIN,     /* Azure's kubelogin */
    USER_OURS,          /* exec-credential-entra */
    USER_OTHER,         /* another program or auth-provider */
};

struct user {
    const char *name; /* belongs to the document; NULL if the entry has none */
    enum user_kind kind;
    struct yaml_pair pair;     /* "user" and its mapping */
    struct yaml_pair provider; /* "auth-provider" */
    struct yaml_pair exec;     /* "exec" */
    yaml_node_t *args;         /* of exec; may be NULL */
    bool entry_is_flow;        /* the entry in the list of users is in flow style */
    bool is_of_aks;            /* USER_BARE, and a context uses it with a server of AKS */
};

/* The keys of a user that are credentials, NULL after the last. What else is below "user:", such as
 * "as" and "extensions", is left alone. */
extern const char *const credential_keys[];

/* Reads the lists of a parsed file. The caller clears them. */
void users_read(struct kubeconfig *file);
void users_clear(struct kubeconfig *file);

/* Reads the user at an index. False past the last. */
bool user_at(const struct kubeconfig *file, size_t index, struct user *ret_user);

/* The name of a context's user; NULL if there is no such context. Belongs to the file. */
const char *context_user(const struct kubeconfig *file, const char *context);

#endif
