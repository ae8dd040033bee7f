/* SPDX-License-Identifier: MIT */
/*
 * The command line of Microsoft's Azure Artifacts credential provider, which artifacts-keyring, a
 * backend of Python's keyring library, and others run:
 *
 *     PROGRAM -Uri U -IsRetry False -NonInteractive False -CanShowDialog True -OutputFormat Json
 *             -Verbosity Information
 *
 * Source: CredentialProviderArgs.cs of artifacts-credprovider, plugin.py of artifacts-keyring.
 */
#ifndef HELPERS_KEYRING_PROVIDER_REQUEST_H
#define HELPERS_KEYRING_PROVIDER_REQUEST_H

#include <stdbool.h>

#include "common/base/error.h"

struct provider_request {
    const char *uri;         /* one of the words */
    bool is_retry;           /* what was given last is refused */
    bool is_non_interactive; /* nobody can be asked */
    bool without_dialog;     /* no window can be shown */
    bool wants_json;
    bool wants_redaction; /* the password is not shown */
    bool is_verbose;
};

/* Whether a command line whose first word is this one is the provider's; the word may be NULL. */
bool provider_request_is(const char *word);

/* Reads the words, which NULL ends. Names have no case, and their first letter is enough (-F for
 * OutputFormat). A switch may be followed by True or False. Fails with ERROR_USAGE. */
bool provider_request_parse(char *const *words, struct provider_request *ret_request,
                            struct error *error);

#endif
