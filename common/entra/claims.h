/* SPDX-License-Identifier: MIT */
/*
 * The claims parameter: what a token must satisfy (OpenID Connect Core, 5.5; Microsoft's "Claims
 * challenges, claims requests, and client capabilities").
 */
#ifndef COMMON_ENTRA_CLAIMS_H
#define COMMON_ENTRA_CLAIMS_H

#include <stdint.h>

#include "common/base/error.h"
#include "common/base/json.h"

/* Merges a challenge (a JSON object; NULL: none) with the client's capabilities (an array of
 * strings; NULL: none), which stand under access_token.xms_cc.values. *claims is NULL where there
 * is nothing to say; the caller frees it. False with ERROR_USAGE where the challenge is no object.
 */
bool claims_merge(const char *challenge, json_object *capabilities, char **claims,
                  struct error *error);

/* Adds what an authority demands (a JSON object) to the claims that are asked for already (NULL:
 * none); where both speak of the same, the demand counts. The caller frees it. NULL where the
 * demand is no object, or there is no memory. */
char *claims_add_demand(const char *claims, const char *demand);

/* A number by which claims are told from others; NULL (none) has 0. */
int64_t claims_hash(const char *claims);

#endif
