/* SPDX-License-Identifier: MIT */
/*
 * kubelogin's --pop-claims: what a proof of possession is to say, as u=HOST,key=value,... Of these,
 * only u is used, the cluster that the proof is for (an ARM ID), as in kubelogin. A pure function.
 *
 * Source: github.com/Azure/kubelogin, pkg/internal/token/options.go, parsePoPClaims.
 */
#ifndef HELPERS_KUBECTL_POP_CLAIMS_H
#define HELPERS_KUBECTL_POP_CLAIMS_H

#include "common/base/error.h"

/* An ARM ID has a group of at most 90 characters and a cluster of at most 63. */
#define POP_CLAIMS_MAX 4096

/* Finds the host in the claims. Spaces around keys and values do not count. A value has no equals
 * sign, which would end it in kubelogin, and no character that controls a terminal. The caller
 * frees *ret_host with free. Fails with ERROR_USAGE, also if u is missing or given twice. */
bool pop_claims_parse(const char *text, char **ret_host, struct error *error);

#endif
