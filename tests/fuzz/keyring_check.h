/* SPDX-License-Identifier: MIT */
/*
 * What holds for a keyring whose service, files or keys hold anything at all.
 */
#ifndef TESTS_FUZZ_KEYRING_CHECK_H
#define TESTS_FUZZ_KEYRING_CHECK_H

#include "keyring/keyring.h"

/* Lists the keyring and looks for an item; checks what they return. Whether the keyring itself
 * compares attributes, instead of its service. */
void keyring_check(const struct keyring *keyring, bool compares);

#endif
