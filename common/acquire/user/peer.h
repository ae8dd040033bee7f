/* SPDX-License-Identifier: MIT */
/*
 * Whose program is at the other end of a TCP connection from this machine. The kernel lists all
 * sockets of this network namespace, with the user that each belongs to, in /proc/self/net/tcp and
 * tcp6 (proc_net_tcp.txt of the kernel's documentation). PuTTY and Delve use them in the same way.
 *
 * Our user's programs are trusted, and root's, because what forwards ports into this machine runs
 * as one of the two (sshd, the relays of WSL and virtual machines). So are those of the user who
 * logged in and became another one by su or sudo, as the kernel's login uid says: the browser is
 * that user's.
 */
#ifndef COMMON_ACQUIRE_USER_PEER_H
#define COMMON_ACQUIRE_USER_PEER_H

#include <stdbool.h>

/* Whether the kernel tells: false without /proc, or in a sandbox whose /proc has no sockets. */
bool peer_can_be_told(int listener);

enum peer {
    PEER_TRUSTED,
    PEER_FOREIGN,
    PEER_UNKNOWN, /* the other end was closed already, or is not on this machine */
};

/* Whose program is connected to a socket that accept has returned. *ret_uid is set for PEER_FOREIGN
 * only. */
enum peer peer_of(int connection, unsigned *ret_uid);

#endif
