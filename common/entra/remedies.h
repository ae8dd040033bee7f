/* SPDX-License-Identifier: MIT */
/*
 * What users meet, what it means and what helps: the errors of Entra, of OAuth, of the network, of
 * keyrings and of the configuration, in one table. Every error of ours that a remedy is known for
 * takes it from here (error_known_as).
 *
 * The remedies are for people. Microsoft warns that programs must not branch on AADSTS numbers, as
 * they may change ("Microsoft Entra authentication and authorization error codes"), and nothing
 * here does.
 */
#ifndef COMMON_ENTRA_REMEDIES_H
#define COMMON_ENTRA_REMEDIES_H

#include <stddef.h>

struct remedy {
    const char *codes;   /* what it is called: one name, or several with a blank between */
    const char *meaning; /* a sentence */
    const char *remedy;  /* a sentence or two, for who can do something about it */
};

/* All of them; the texts are static. */
const struct remedy *remedies_all(size_t *count);

/* The entry that has this code: AADSTS7000215, invalid_scope, keyring_locked; in whichever case.
 * NULL: it is not known. */
const struct remedy *remedies_find(const char *code);

/* Its remedy; NULL where the code is not known. */
const char *remedies_text(const char *code);

#endif
