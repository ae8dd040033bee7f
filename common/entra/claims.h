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
 * strings; NULL: none), which go into access_token.xms_cc.values. The caller frees *ret_claims with
 * free; it is NULL if there is nothing to ask for. Fails with ERROR_USAGE if the challenge is not
 * an object. */
bool claims_merge(const char *challenge, json_object *capabilities, char **ret_claims,
                  struct error *error);

/* Adds the claims that an authority demands (a JSON object) to those already asked for (NULL:
 * none); the demand wins a conflict. The caller frees the result with free. Returns NULL if the
 * demand is not an object. */
char *claims_add_demand(const char *claims, const char *demand);

/* A hash to tell claims apart; 0 for NULL (no claims). */
int64_t claims_hash(const char *claims);

#endif
