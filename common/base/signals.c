/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "common/base/signals.h"

#include <stdbool.h>
#include <stddef.h>

#include "common/base/unfinished.h"

/* The default action of these does not end a process (signal(7)). */
static bool is_harmless(int number)
{
    return number == SIGCHLD || number == SIGCONT || number == SIGTSTP || number == SIGTTIN ||
           number == SIGTTOU || number == SIGURG || number == SIGWINCH;
}

/* As they were before signals_begin; those of end_early are at their defaults in a new program. */
static struct {
    struct sigaction pipe, size, child;
    sigset_t mask;
} found;

static void end_early(int number)
{
    unfinished_remove_all();
    raise(number); /* ends the program: SA_RESETHAND has restored the default action */
}

/* Only signals that are not ignored end a program. All are blocked meanwhile, so that none finds a
 * handler that is not to stay. */
static void catch_all(void)
{
    const struct sigaction action = { .sa_handler = end_early, .sa_flags = (int)SA_RESETHAND };
    struct sigaction before;
    for (int number = 1; number <= SIGRTMAX; number++)
        if (!is_harmless(number) && sigaction(number, &action, &before) == 0 &&
            before.sa_handler != SIG_DFL) /* fails for SIGKILL and SIGSTOP */
            sigaction(number, &before, NULL);
}

void signals_begin(void)
{
    sigset_t all, none;
    const struct sigaction ignore = { .sa_handler = SIG_IGN }, standard = { .sa_handler = SIG_DFL };
    sigfillset(&all);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &all, &found.mask);
    sigaction(SIGPIPE, &ignore, &found.pipe);
    sigaction(SIGXFSZ, &ignore, &found.size);
    sigaction(SIGCHLD, &standard, &found.child); /* ignored, waitpid would fail with ECHILD */
    catch_all();
    sigprocmask(SIG_SETMASK, &none, NULL);
}

void signals_give_back(void)
{
    sigaction(SIGPIPE, &found.pipe, NULL);
    sigaction(SIGXFSZ, &found.size, NULL);
    sigaction(SIGCHLD, &found.child, NULL);
    sigprocmask(SIG_SETMASK, &found.mask, NULL);
}

void signals_set_for_child(posix_spawnattr_t *attributes, short flags)
{
    sigset_t defaults, none;
    sigemptyset(&none);
    sigemptyset(&defaults);
    sigaddset(&defaults, SIGPIPE);
    sigaddset(&defaults, SIGXFSZ);
    posix_spawnattr_setsigdefault(attributes, &defaults);
    posix_spawnattr_setsigmask(attributes, &none);
    posix_spawnattr_setflags(attributes,
                             (short)(flags | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK));
}

void signals_hold(struct signals_held *ret_held)
{
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, &ret_held->before);
}

void signals_release(struct signals_held *held)
{
    sigprocmask(SIG_SETMASK, &held->before, NULL);
}
