/* SPDX-License-Identifier: MIT */
/*
 * The store that keeps nothing, for machines where nothing may be kept.
 */
#ifndef KEYRING_NONE_H
#define KEYRING_NONE_H

#include "keyring/keyring.h"

extern const struct keyring keyring_none;

#endif
