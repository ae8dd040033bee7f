/* SPDX-License-Identifier: MIT */
/*
 * The process between us and a program that we run: a fork, which leads a process group, becomes
 * the parent of whatever the program starts, and ends all of it when it is told to.
 *
 * Another thread may have held a lock of the C library's or of any other library when this process
 * was forked, and no thread is there to release it. So the fork makes system calls and nothing
 * else; what needs memory is made before it (fork(2), signal-safety(7)).
 */
#ifndef COMMON_BASE_SUPERVISOR_H
#define COMMON_BASE_SUPERVISOR_H

#include <spawn.h>
#include <sys/types.h>

/* What posix_spawn takes. Made in advance, it makes nothing but system calls. */
struct supervised {
    const char *path;
    const posix_spawn_file_actions_t *actions;
    const posix_spawnattr_t *attributes;
    char *const *words;
    char *const *environment;
};

struct supervisor_outcome {
    int failure; /* the errno if the program could not be started, else 0 */
    int status;  /* its exit status; -1 if a signal ended it */
};

/* Goes on in a fork of the process `parent` as the supervisor of a program, whose outcome it writes
 * to the descriptor `report` if the program ends by itself. At SIGTERM, which the kernel sends when
 * the parent ends, be it by a kill or by Ctrl-C, which does not reach a process group of its own,
 * everything that the program has started is asked to end, and soon killed. */
_Noreturn void supervisor_run(const struct supervised *supervised, pid_t parent, int report);

/* How long a program that is asked to end may take before it is killed. */
#define SUPERVISOR_GRACE_MILLISECONDS 200

#endif
