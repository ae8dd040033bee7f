/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "helpers/nuget/nuget_output.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "common/base/output.h"
#include "common/base/signals.h"

/* NuGet's limit may be 5 s; Microsoft's plugin takes 10. */
#define PROGRESS_MILLISECONDS 2000

static pthread_mutex_t stdout_lock = PTHREAD_MUTEX_INITIALIZER;

static struct progress {
    struct secret *line; /* NULL: none is sent */
    int ends[2];         /* a pipe: the second one is closed when it is enough */
    pthread_t thread;
} progress;

static bool send_line(const struct secret *line)
{
    pthread_mutex_lock(&stdout_lock);
    bool sent = secret_write(line, STDOUT_FILENO);
    pthread_mutex_unlock(&stdout_lock);
    return sent;
}

bool nuget_output_send(const struct secret *line, struct error *error)
{
    return send_line(line) || output_fail(error);
}

static void *send_progress(void *unused)
{
    struct pollfd end = { .fd = progress.ends[0], .events = POLLIN };
    while (poll(&end, 1, PROGRESS_MILLISECONDS) == 0)
        if (!send_line(progress.line))
            kill(getpid(), SIGTERM);
    return unused;
}

/* Signals are for the thread that answers. */
void nuget_progress_begin(const struct nuget_message *request)
{
    auto_signals struct signals_held held;
    if (pipe2(progress.ends, O_CLOEXEC) != 0)
        return;
    signals_hold(&held);
    progress.line = nuget_reply(request, "Progress", "{}");
    if (pthread_create(&progress.thread, NULL, send_progress, NULL) == 0)
        return;
    close(progress.ends[0]);
    close(progress.ends[1]);
    secret_free(progress.line);
    progress.line = NULL;
}

void nuget_progress_end(void)
{
    if (progress.line == NULL)
        return;
    close(progress.ends[1]);
    pthread_join(progress.thread, NULL);
    close(progress.ends[0]);
    secret_free(progress.line);
    progress.line = NULL;
}
