/* SPDX-License-Identifier: MIT */
/*
 * Signals: what a program makes of those that its parent ignored or blocked, what its children get,
 * and what is done when one ends the program.
 *
 *     auto_signals struct signals_held held;
 *     signals_hold(&held);
 *     ...   no signal ends the program between two steps that belong together
 */
#ifndef COMMON_BASE_SIGNALS_H
#define COMMON_BASE_SIGNALS_H

#include <signal.h>
#include <spawn.h>

#include "common/base/cleanup.h"

/* Called once when a program starts. Writing to a closed pipe then fails with EPIPE, and writing
 * more than RLIMIT_FSIZE allows with EFBIG. No signal is blocked, and the status of children is not
 * lost, whatever the parent left behind. Any signal that ends the program, except SIGKILL, first
 * removes unfinished files (unfinished.h). Signals that are ignored, as under nohup, remain
 * ignored. */
void signals_begin(void);

/* Undoes what signals_begin did, for a program that must find the signals as we did: those that
 * were ignored or blocked before still are, also SIGPIPE, which services of systemd ignore. Makes
 * nothing but system calls. */
void signals_give_back(void);

/* Has a new program begin with the signals that signals_begin changed at their defaults, and none
 * blocked. flags are further POSIX_SPAWN_ flags. */
void signals_set_for_child(posix_spawnattr_t *attributes, short flags);

struct signals_held {
    sigset_t before;
};

/* Holds back all signals until signals_release. May be nested. */
void signals_hold(struct signals_held *ret_held);
void signals_release(struct signals_held *held);

#define auto_signals CLEANUP(signals_release)

#endif
