/* SPDX-License-Identifier: MIT */
/*
 * The command lines of `keyring`, the program of Python's keyring library, by which pip and uv get
 * a password:
 *
 *     keyring get SERVICE USERNAME                                    pip 23.1 to 26.1, uv
 *     keyring --mode=creds --output=json get SERVICE [USERNAME]       pip since 26.2
 *     keyring get SERVICE --mode creds                                uv
 *
 * Sources: keyring/cli.py of keyring; pip/_internal/network/auth.py of pip;
 * crates/uv-auth/src/keyring.rs of uv.
 */
#ifndef HELPERS_KEYRING_KEYRING_REQUEST_H
#define HELPERS_KEYRING_KEYRING_REQUEST_H

#include <stdbool.h>

/* Whether the words, which NULL ends, are a `get` in one of these forms, whatever the order of
 * options and operands. Anything else is for another program: other operations, options of keyring
 * that have no meaning here, and what keyring itself would refuse. */
bool keyring_request_is_get(char *const *words);

/* Whether a user name can be given back in a line of its own. NULL: there is none, which is fine.
 */
bool keyring_request_is_username(const char *username);

#endif
