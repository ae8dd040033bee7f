/* SPDX-License-Identifier: MIT */
/*
 * Names that a shell offers and that the programs do not know by themselves: of APIs, accounts and
 * contexts. They come from files and keyrings, so from anyone.
 *
 * A shell asks with each press of a key, and its user must not notice. So whatever goes wrong,
 * there are just no names; the keyring neither prompts nor is unlocked; and all ends in a second.
 */
#ifndef HELPERS_ENTRA_COMPLETION_NAMES_H
#define HELPERS_ENTRA_COMPLETION_NAMES_H

#include "common/base/secret.h"
#include "helpers/entra/completion/typed.h"

/* What options_values has to say of an argument. */
#define NAMES_OF_APIS     "@api"
#define NAMES_OF_ACCOUNTS "@account"
#define NAMES_OF_CONTEXTS "@context"

/* Finds the names of a kind (NAMES_OF_...; any other has none), for a program with the options that
 * have been typed. Each ends with \0. The caller frees the result with secret_free; NULL: there are
 * none. */
struct secret *names_find(const char *kind, const struct typed *typed);

#endif
