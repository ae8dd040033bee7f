/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "helpers/entra/token_service.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/base/cleanup.h"
#include "common/base/deadline.h"
#include "common/base/environment.h"
#include "common/base/text.h"
#include "common/entra/error_report.h"

#define LISTEN_FD          3 /* SD_LISTEN_FDS_START */
#define HANG_UP            0 /* poll reports POLLHUP unasked */
#define RETRY_MILLISECONDS 5000
#define CHILD_MILLISECONDS 100

static int socket_option(int option)
{
    int value = -1;
    socklen_t size = sizeof value;
    return getsockopt(LISTEN_FD, SOL_SOCKET, option, &value, &size) == 0 ? value : -1;
}

/* Anybody who could connect over a network would get the token, so the socket must be a file's. */
static bool find_socket(struct error *error)
{
    autofree char *own = text_format("%d", (int)getpid());
    const char *pid = environment("LISTEN_PID"), *count = environment("LISTEN_FDS");
    if (pid != NULL && strcmp(pid, own) == 0 && count != NULL && strcmp(count, "1") == 0 &&
        socket_option(SO_DOMAIN) == AF_UNIX && socket_option(SO_TYPE) == SOCK_STREAM &&
        socket_option(SO_ACCEPTCONN) == 1)
        return fcntl(LISTEN_FD, F_SETFD, FD_CLOEXEC) == 0 ||
               error_set(error, ERROR_OTHER, "cannot use the socket: %m");
    error_set(error, ERROR_USAGE, "systemd has handed over no socket to serve");
    return error_hint(error, "Enable entra-token@API.socket, which starts this program with its "
                             "socket; see entra-credential-helpers(7).");
}

static bool is_ready(int fd, short events, int milliseconds)
{
    struct pollfd one = { .fd = fd, .events = events };
    return poll(&one, 1, milliseconds) > 0;
}

/* Reports an error unless it is the last one again. */
static void report(const struct error *why, struct error *last)
{
    if (strcmp(why->message, last->message) != 0)
        error_warn(why);
    *last = *why;
}

/* Returns false if the other side has hung up before there is an answer. systemd shuts down its end
 * for writing at once, and then waits: POLLRDHUP would say that it is gone. */
static bool wait_for_answer(int connection, token_service_answer *answer, void *context,
                            struct secret **ret_answer, struct error *last)
{
    while (!is_ready(connection, HANG_UP, 0)) {
        struct error why = { 0 };
        deadline_begin();
        if (answer(context, ret_answer, &why))
            return true;
        report(&why, last);
        is_ready(connection, HANG_UP, RETRY_MILLISECONDS);
    }
    return false;
}

/* Whether a renewal goes on. systemd would kill it at the end of this process, which started it. */
static bool has_children(void)
{
    pid_t ended;
    do
        ended = waitpid(-1, NULL, WNOHANG);
    while (ended > 0);
    return ended == 0;
}

/* Waits for a connection for as long as a renewal goes on, which nobody who connects waits for. */
static bool await_connection(void)
{
    while (!is_ready(LISTEN_FD, POLLIN, 0)) {
        if (!has_children())
            return false;
        is_ready(LISTEN_FD, POLLIN, CHILD_MILLISECONDS);
    }
    return true;
}

bool token_service_run(token_service_answer *answer, void *context, struct error *error)
{
    struct error last = { 0 };
    if (!find_socket(error))
        return false;
    while (await_connection()) {
        autoclose int connection = accept4(LISTEN_FD, NULL, NULL, SOCK_CLOEXEC);
        if (connection < 0)
            continue; /* it has been given up */
        auto_secret struct secret *found = NULL;
        if (wait_for_answer(connection, answer, context, &found, &last) &&
            !secret_write(found, connection))
            trace("token: the answer was not read: %s", strerror(errno));
    }
    return true;
}
