/* SPDX-License-Identifier: MIT */
/*
 * Files in memory, for containers, whose default rules forbid the kernel's keyring: mode 0600, in
 * the folder of runtime_folder.h, and only where that lies on a tmpfs. It is used only where it is
 * asked for by name.
 */
#ifndef KEYRING_RUNTIME_H
#define KEYRING_RUNTIME_H

#include "keyring/keyring.h"

/* The store. NULL with ERROR_KEYRING where the folder does not lie in memory. */
const struct keyring *keyring_runtime(struct error *error);

#endif
