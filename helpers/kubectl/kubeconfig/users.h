/* SPDX-License-Identifier: MIT */
/*
 * The users of a kubeconfig: where they are in the file, and what credentials they have.
 */
#ifndef HELPERS_KUBECTL_KUBECONFIG_USERS_H
#define HELPERS_KUBECTL_KUBECONFIG_USERS_H

#include "helpers/kubectl/kubeconfig/yaml.h"

#define OUR_PROGRAM  "exec-credential-entra"
#define INSTALL_HINT OUR_PROGRAM " is not installed; it comes with entra-credential-helpers."

struct kubeconfig {
    struct yaml yaml;
};

enum user_kind {
    USER_BARE,          /* no credentials */
    USER_STATIC,        /* a certificate, token or password, as AKS gives to local accounts */
    USER_AUTH_PROVIDER, /* the azure auth-provider, which kubectl had until 1.25 */
    USER_KUBELOGIN,     /* Azure's kubelogin */
    USER_OURS,          /* exec-credential-entra */
    USER_OTHER,         /* another program or auth-provider, or impersonation ("as") */
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

/* Reads the user at an index. False past the last. */
bool user_at(const struct kubeconfig *file, size_t index, struct user *ret_user);

/* The mapping under key ("cluster", "context" or "user") in the named entry of a list ("clusters",
 * "contexts" or "users"). NULL if there is none. */
yaml_node_t *named_mapping(const struct kubeconfig *file, const char *list, const char *name,
                           const char *key);

/* Adds every secret value of the file, so that edits_print_diff hides it. */
void users_hide_secrets(const struct kubeconfig *file, struct edits *edits);

#endif
