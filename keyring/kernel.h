/* SPDX-License-Identifier: MIT */
/*
 * The Linux kernel's key retention service (keyrings(7)), for machines without a desktop. The keys
 * are in the user's keyring, can be read only by this user, never reach a disk, and expire with
 * their token or, at the latest, at a reboot. It is absent in a container that would share it with
 * others. The store is in a module of its own, which needs libkeyutils.
 *
 * The description of a key is "entra:" followed by its attributes as JSON, so that keyctl show
 * shows what the key is.
 */
#ifndef KEYRING_KERNEL_H
#define KEYRING_KERNEL_H

#define KEYRING_KERNEL_MODULE "entra-keyring-kernel.so"

#endif
