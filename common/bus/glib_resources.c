/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "common/bus/glib_resources.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

/* GLib's D-Bus thread, and two of the pool. */
#define THREADS_NEEDED 3
/* The socket, and an event descriptor for each main loop, with some to spare. */
#define PIPES_NEEDED 4

static void *do_nothing(void *data)
{
    return data;
}

bool glib_resources_suffice(gchar **ret_why)
{
    GThread *threads[THREADS_NEEDED] = { NULL };
    int pipes[PIPES_NEEDED][2];
    size_t thread = 0, opened = 0;
    g_autoptr(GError) reason = NULL;
    while (thread < THREADS_NEEDED &&
           (threads[thread] = g_thread_try_new("probe", do_nothing, NULL, &reason)) != NULL)
        thread++;
    while (opened < PIPES_NEEDED && pipe2(pipes[opened], O_CLOEXEC) == 0)
        opened++;
    if (thread < THREADS_NEEDED)
        *ret_why = g_strdup(reason->message);
    else if (opened < PIPES_NEEDED)
        *ret_why = g_strdup(g_strerror(errno));
    bool enough = thread == THREADS_NEEDED && opened == PIPES_NEEDED;
    while (thread > 0)
        g_thread_join(threads[--thread]);
    while (opened > 0) {
        close(pipes[--opened][0]);
        close(pipes[opened][1]);
    }
    return enough;
}
