/* SPDX-License-Identifier: MIT */
/*
 * The Linux kernel's key retention service (keyrings(7)), for machines without a desktop: keys in
 * the user's keyring that only this user reads, that never reach a disk, that end with their token
 * and, at the latest, with the machine. In a module of its own, which needs libkeyutils.
 *
 * A key's description is "entra:" and its attributes as JSON, so that keyctl show tells what it is.
 */
#ifndef KEYRING_KERNEL_H
#define KEYRING_KERNEL_H

#define KEYRING_KERNEL_MODULE "entra-keyring-kernel.so"

#endif
