/* SPDX-License-Identifier: MIT */
/*
 * Advice that is made complete for the request that failed. The error catalogue knows only the
 * error: its 'entra login' gets the options of the request here, and its remedy a link to the page
 * of the app or tenant.
 *
 *     Register this certificate with the app. The app's certificates and secrets:
 *     https://portal.azure.com/#view/...
 */
#ifndef COMMON_TOKENS_ADVICE_H
#define COMMON_TOKENS_ADVICE_H

#include "common/base/error.h"
#include "common/base/options.h"
#include "common/entra/request.h"

/* Completes the hint of an error, or sets it to the completed remedy of the error catalogue, if
 * there is something to add and room for it. given are the options that the request was made from.
 */
void advice_complete(const struct token_request *request, const struct options *given,
                     struct error *error);

/* Has the error catalogue's remedy name what the tenant, the instance and the client ID of the
 * request were taken from, "Check --tenant", where it knows the keys of the configuration only; and
 * not name the instance where nobody has chosen one. It is not for errors that other processes
 * share, whose settings may come from elsewhere. */
void advice_name_settings(const struct token_request *request, struct error *error);

#endif
