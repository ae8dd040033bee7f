/* SPDX-License-Identifier: MIT */
/*
 * client-go's exec credential protocol: reads KUBERNETES_EXEC_INFO and writes an ExecCredential.
 * Pure functions on buffers.
 *
 * Source: Kubernetes documentation, "Authenticating", section "client-go credential plugins"; and
 * what other clients send: the official .NET client has another kind, and takes whatever is on
 * stderr for a failure (KubernetesClientConfiguration.ConfigFile.cs); clients in Go and Rust write
 * null for what they leave out; those in JavaScript and Java send nothing.
 */
#ifndef HELPERS_KUBECTL_EXEC_CREDENTIAL_H
#define HELPERS_KUBECTL_EXEC_CREDENTIAL_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/cleanup.h"
#include "common/base/error.h"
#include "common/base/json.h"
#include "common/base/secret.h"
#include "common/entra/token.h"

#define EXEC_INFO_MAX (256 * 1024)

struct exec_info {
    const char *api_version; /* static */
    bool interactive;        /* spec.interactive: the plugin may prompt on the terminal */
    bool wants_silence;      /* the client takes whatever is on stderr for a failure */
    char *server;            /* spec.cluster.server, for prompts; NULL: not given; owned */
    json_object *config;     /* spec.cluster.config, an object; may be NULL; owned */
};

/* Parses the value of KUBERNETES_EXEC_INFO. What is null counts as absent; without an apiVersion it
 * is v1beta1, as for kubelogin. The caller clears *ret_info. Fails with ERROR_USAGE if it is longer
 * than EXEC_INFO_MAX or not an ExecCredential of v1 or v1beta1. */
bool exec_info_parse(const char *text, size_t length, struct exec_info *ret_info,
                     struct error *error);

/* What is assumed of a client that does not set KUBERNETES_EXEC_INFO: v1beta1, not interactive. */
struct exec_info exec_info_default(void);

void exec_info_clear(struct exec_info *info);
#define auto_exec_info CLEANUP(exec_info_clear)

/* Formats the ExecCredential. expirationTimestamp is the time until which the token is fresh, not
 * its expiry: client-go uses a token up to that very second, so it runs the plugin again exactly
 * when a new token would be given. The caller frees the result. */
struct secret *exec_credential_format(const struct exec_info *info, const struct token *token);

#endif
