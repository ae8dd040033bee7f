/* SPDX-License-Identifier: MIT */
/*
 * client-go's exec credential protocol, read and written: KUBERNETES_EXEC_INFO in, an
 * ExecCredential out. Kubernetes documentation, "Authenticating", section "client-go credential
 * plugins". Pure functions on buffers.
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
    const char *api_version; /* one of those known here; static */
    bool interactive;        /* a person may be asked on the terminal */
    json_object *config;     /* spec.cluster.config, an object; NULL: there is none */
};

/* Parses KUBERNETES_EXEC_INFO. False with ERROR_USAGE where it is not an ExecCredential of v1 or
 * v1beta1. The caller clears it. */
bool exec_info_parse(const char *text, size_t length, struct exec_info *info, struct error *error);

/* What a client is taken to ask that does not say: v1beta1, without a person. */
struct exec_info exec_info_default(void);

void exec_info_clear(struct exec_info *info);
#define auto_exec_info CLEANUP(exec_info_clear)

/* The answer. expirationTimestamp is the moment from which on another token would be given:
 * client-go counts a token as good to the very second, so it asks again then and no sooner. NULL if
 * there is no memory. */
struct secret *exec_credential_format(const struct exec_info *info, const struct token *token);

#endif
