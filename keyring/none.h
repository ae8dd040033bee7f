/* SPDX-License-Identifier: MIT */
/*
 * The store that stores nothing, for machines on which nothing may be stored.
 */
#ifndef KEYRING_NONE_H
#define KEYRING_NONE_H

#include "keyring/keyring.h"

extern const struct keyring keyring_none;

#endif
