/* SPDX-License-Identifier: MIT */
/*
 * `entra doctor --explain`: what an error means and what to do about it. Users paste what they
 * have: a code, a number, a whole message, an authority's answer, or what an API says instead of a
 * code.
 *
 *     7000215
 *     entra: no token for MyWebApi: the authority refused: AADSTS7000215: Invalid client secret ...
 *     {"error":{"code":"Authorization_RequestDenied","message":"Insufficient privileges ..."}}
 */
#ifndef HELPERS_ENTRA_DOCTOR_EXPLANATION_H
#define HELPERS_ENTRA_DOCTOR_EXPLANATION_H

#include <stdbool.h>

#include "common/base/error.h"

/* Prints the entries of the error catalogue that a text names, or "all" of them, on stdout. AADSTS
 * numbers come before all other codes, and what servers say comes last. Fails with ERROR_USAGE if
 * the catalogue has nothing of what the text names. */
bool explanation_print(const char *text, bool as_json, struct error *error);

#endif
