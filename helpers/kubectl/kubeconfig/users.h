/* SPDX-License-Identifier: MIT */
/*
 * The users of a kubeconfig: where each stands, and what its credentials are now.
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
    USER_BARE,   /* no credentials */
    USER_STATIC, /* a certificate, a token or a password, such as AKS gives to local accounts */
    USER_AUTH_PROVIDER, /* the azure auth-provider, which kubectl had until 1.25 */
    USER_KUBELOGIN,     /* Azure's kubelogin */
    USER_OURS,
    USER_OTHER, /* another program, another auth-provider, or it acts as somebody else */
};

struct user {
    const char *name; /* belongs to the document */
    enum user_kind kind;
    struct yaml_pair pair; /* "user" and its mapping */
    struct yaml_pair provider;
    struct yaml_pair exec;
    yaml_node_t *args;  /* of exec; may be NULL */
    bool entry_is_flow; /* the entry of the list of users is in brackets */
    bool is_of_aks;     /* it is bare, and a context has it ask a server of AKS */
};

/* The user at an index of the file. False past the last; what has no name is passed over with name
 * NULL. */
bool user_at(const struct kubeconfig *file, size_t index, struct user *user);

/* The entry of a list of named things (clusters, contexts, users) of this name, and in it the
 * mapping under key ("cluster", ...). NULL where there is none. */
yaml_node_t *named_thing(const struct kubeconfig *file, const char *list, const char *name,
                         const char *key);

/* Adds every value of the file that nobody is to see. False if there is no memory. */
bool users_hide_secrets(const struct kubeconfig *file, struct edits *edits);

#endif
