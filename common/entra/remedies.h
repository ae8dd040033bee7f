/* SPDX-License-Identifier: MIT */
/*
 * The error catalogue: the codes of the errors that users see, their meaning and their remedy. One
 * table covers the errors of Entra, OAuth, the network, keyrings and the configuration. An error of
 * ours refers to its entry by code (error_known_as).
 *
 * The remedies are for people. Microsoft warns that programs must not depend on AADSTS numbers,
 * since they may change ("Microsoft Entra authentication and authorization error codes"). Where one
 * decides something here (remedies_blame_...), a wrong decision costs the user a prompt at most.
 */
#ifndef COMMON_ENTRA_REMEDIES_H
#define COMMON_ENTRA_REMEDIES_H

#include <stdbool.h>
#include <stddef.h>

/* Microsoft's page of an AADSTS number, for codes that the catalogue does not have: a sentence for
 * printf, which takes the length of the digits (an int) and the digits. */
#define REMEDIES_PAGE       "Microsoft explains it at https://login.microsoftonline.com/error?code=%.*s"
#define REMEDIES_DIGITS_MAX 9

/* A page that helps, if it is known whose request was refused. */
enum remedy_link {
    REMEDY_LINK_NONE,
    REMEDY_LINK_CREDENTIALS, /* the app's secrets and certificates, in the portal */
    REMEDY_LINK_CONSENT,     /* where an administrator consents for the whole tenant */
};

struct remedy {
    const char *codes;      /* one code, or several separated by spaces */
    const char *meaning;    /* a sentence */
    const char *remedy;     /* one or two sentences that say what to do */
    const char *in_place;   /* the same, without another keyring to use instead (error_report.h);
                             * NULL: the remedy names none */
    const char *by_default; /* the same, where nobody has chosen the Instance that it names; NULL:
                             * it names none */
    const char *said;       /* how servers name the error instead of by a code, a line each: phrases
                             * of whole words; NULL: they do not */
    enum remedy_link link;
};

/* The whole catalogue; *ret_count is its size. The texts are static. */
const struct remedy *remedies_all(size_t *ret_count);

/* The entry of a code such as AADSTS7000215, invalid_scope or keyring_locked, in any case. Returns
 * NULL if the catalogue does not have it. */
const struct remedy *remedies_find(const char *code);

/* Whether an authority that refuses with this code may accept a sign-in by the browser of a device
 * that the tenant manages, and never one by device code. */
bool remedies_blame_device_code(const char *code);

/* Whether an authority that refuses with this code does not know the account in this tenant, so
 * that another sign-in of the same account changes nothing. */
bool remedies_blame_account(const char *code);

/* Whether an authority that refuses with this code may give another client a token for the same
 * user and API: the client is not authorized for the API beforehand, is disabled, unknown or lacks
 * consent in the tenant, or the user is not assigned to it. */
bool remedies_blame_client(const char *code);

/* The remedy for a code; NULL if the catalogue does not have it. */
const char *remedies_text(const char *code);

#endif
