/* SPDX-License-Identifier: MIT */
/*
 * What `keyring get` and Microsoft's credential provider print. The user name must be one that
 * keyring_request_is_username accepts; in JSON, it becomes valid UTF-8. The caller frees each
 * result with secret_free.
 */
#ifndef HELPERS_KEYRING_KEYRING_ANSWER_H
#define HELPERS_KEYRING_KEYRING_ANSWER_H

#include <stdbool.h>

#include "common/base/secret.h"

/* Azure Artifacts takes a token with any user name. This one is in the URLs of Microsoft's
 * documentation, for programs that need to have one: artifacts-keyring gives uv and older versions
 * of pip a password only if it is the provider's. */
#define KEYRING_USERNAME "VssSessionToken"

/* Of keyring: the password or, in the mode `creds`, the user name and the password; a line each, or
 * a JSON object. */
struct secret *keyring_answer_format(bool with_username, bool as_json, const char *username,
                                     const struct secret *password);

/* Of the provider: a JSON object, or two lines for people. */
struct secret *keyring_answer_format_provider(bool as_json, const char *password);

#endif
