/* SPDX-License-Identifier: MIT */
/*
 * Files in memory, for containers, whose default rules forbid the kernel keyring. The files have
 * mode 0600 and are in the folder of runtime_folder.h, which must be on a tmpfs. This store is used
 * only if it is chosen by name.
 */
#ifndef KEYRING_RUNTIME_H
#define KEYRING_RUNTIME_H

#include "keyring/keyring.h"

/* The store. Returns NULL with ERROR_KEYRING if there is no folder in memory. */
const struct keyring *keyring_runtime(struct error *error);

#endif
