/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "common/acquire/user/loopback.h"

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "common/acquire/user/peer.h"
#include "common/acquire/user/sign_in_page.h"
#include "common/acquire/user/sign_in_result.h"
#include "common/base/array.h"
#include "common/base/deadline.h"

#define CONNECTIONS_MAX    16
#define CONNECTION_SECONDS 20
#define PORT_TRIES         10
#define TICK_MILLISECONDS  200

#define FORBIDDEN         403
#define CONTENT_TOO_LARGE 413

/* ---- listening ---- */

static int listen_on(int family, uint16_t port)
{
    struct sockaddr_in v4 = { .sin_family = AF_INET,
                              .sin_port = htons(port),
                              .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    struct sockaddr_in6 v6 = { .sin6_family = AF_INET6,
                               .sin6_port = htons(port),
                               .sin6_addr = IN6ADDR_LOOPBACK_INIT };
    int on = 1;
    autoclose int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return -1;
    /* A port that is used again soon has old connections. It is still nobody else's. */
    if (port != 0)
        setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (family == AF_INET6 && setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on) != 0)
        return -1;
    const struct sockaddr *address = family == AF_INET ? (const void *)&v4 : (const void *)&v6;
    socklen_t length = family == AF_INET ? sizeof v4 : sizeof v6;
    if (bind(fd, address, length) != 0 || listen(fd, CONNECTIONS_MAX) != 0)
        return -1;
    return steal_fd(&fd);
}

static uint16_t port_of(int fd)
{
    struct sockaddr_in address = { 0 };
    socklen_t length = sizeof address;
    return getsockname(fd, (struct sockaddr *)&address, &length) == 0 ? ntohs(address.sin_port) : 0;
}

/* Listens on the same port of 127.0.0.1 and, if there is IPv6, ::1: a browser may use either for
 * localhost, so no other process may have the port on the other address. */
static bool listen_on_both(struct loopback *loopback, uint16_t port)
{
    loopback->listeners[0] = listen_on(AF_INET, port);
    if (loopback->listeners[0] < 0)
        return false;
    loopback->port = port_of(loopback->listeners[0]);
    loopback->listeners[1] = listen_on(AF_INET6, loopback->port);
    return loopback->port != 0 && (loopback->listeners[1] >= 0 || errno != EADDRINUSE);
}

bool loopback_open(uint16_t port, struct loopback *ret_loopback, struct error *error)
{
    for (int i = 0; i < (port == 0 ? PORT_TRIES : 1); i++) {
        *ret_loopback = LOOPBACK_NONE;
        if (listen_on_both(ret_loopback, port)) {
            ret_loopback->can_tell_peers = peer_can_be_told(ret_loopback->listeners[0]);
            return true;
        }
        int failure = errno;
        loopback_close(ret_loopback);
        errno = failure;
    }
    if (port != 0)
        return error_set(error, ERROR_OTHER, "cannot listen on port %u of localhost: %s", port,
                         strerror(errno));
    return error_set(error, ERROR_OTHER, "cannot listen on a port of localhost: %s",
                     strerror(errno));
}

static void close_one(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

static void stop_listening(struct loopback *loopback)
{
    for (int i = 0; i < 2; i++)
        close_one(&loopback->listeners[i]);
}

void loopback_close(struct loopback *loopback)
{
    stop_listening(loopback);
    close_one(&loopback->browser);
}

/* ---- connections ---- */

struct connection {
    int fd; /* -1 if unused */
    int64_t deadline;
    struct secret *bytes; /* room for REDIRECT_MAX */
    size_t length;
};

struct server {
    struct loopback *loopback;
    struct redirect_expected expected;
    const char *page;
    struct connection connections[CONNECTIONS_MAX];
};

static void close_connection(struct connection *connection)
{
    if (connection->fd >= 0)
        close(connection->fd);
    secret_free(connection->bytes);
    *connection = (struct connection){ .fd = -1 };
}

static void close_server(struct server *server)
{
    for (int i = 0; i < CONNECTIONS_MAX; i++)
        close_connection(&server->connections[i]);
}

/* Returns an unused connection, or closes the oldest one and returns that. */
static struct connection *find_unused(struct server *server)
{
    struct connection *oldest = &server->connections[0];
    for (int i = 0; i < CONNECTIONS_MAX; i++) {
        struct connection *connection = &server->connections[i];
        if (connection->fd < 0)
            return connection;
        if (connection->deadline < oldest->deadline)
            oldest = connection;
    }
    close_connection(oldest);
    return oldest;
}

static void accept_one(struct server *server, int listener)
{
    int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd < 0)
        return;
    *find_unused(server) =
        (struct connection){ .fd = fd,
                             .deadline = deadline_in((int64_t)CONNECTION_SECONDS * 1000),
                             .bytes = secret_allocate(REDIRECT_MAX) };
}

/* Returns the status for what has the status of a start or an answer, depending on whose program
 * sent it. If the kernel does not tell, no browser was started, and only the state protects the
 * answer. */
static int check_peer(struct server *server, int fd, int status)
{
    unsigned uid = 0;
    if (!server->loopback->can_tell_peers)
        return status == REDIRECT_ANSWER ? status : FORBIDDEN;
    enum peer peer = peer_of(fd, &uid);
    if (peer == PEER_FOREIGN)
        server->loopback->stranger = uid;
    if (peer == PEER_UNKNOWN)
        server->loopback->refused_unknown = true;
    return peer == PEER_TRUSTED ? status : FORBIDDEN;
}

/* Sends the browser on to the authority's page. That works once, since a browser comes once. */
static void send_to_page(struct server *server, int fd)
{
    auto_secret struct secret *header = secret_format("Location: %s\r\n", server->page);
    const struct sign_in_page page = { .mark = SIGN_IN_PAGE_NOTICE,
                                       .title = "Sign in",
                                       .text = "Please wait." };
    server->expected.start_is_used = true;
    sign_in_page_send(fd, REDIRECT_START, header->bytes, &page);
}

/* The last one is for every other status. */
static const struct {
    int status;
    struct sign_in_page page;
} refusals[] = {
    { FORBIDDEN,
      { .mark = SIGN_IN_PAGE_REFUSED,
        .title = "Not your sign-in",
        .text = "Only the user who started this sign-in can answer it, on that machine.",
        .advice = "If that is you, open the URL that the terminal shows with a browser on that "
                  "machine, or sign in with 'entra login --device-code'." } },
    { REDIRECT_OTHER_SIGN_IN,
      { .mark = SIGN_IN_PAGE_NOTICE,
        .title = "Another sign-in is waiting",
        .text = "This answer belongs to an earlier sign-in, which has ended.",
        .advice = "Sign in on the page that was opened last, or open the URL that the terminal "
                  "shows." } },
    { REDIRECT_START_USED,
      { .mark = SIGN_IN_PAGE_NOTICE,
        .title = "This link was used already",
        .text = "It leads to the sign-in once.",
        .advice = "Open the URL that the terminal shows." } },
    { 0,
      { .mark = SIGN_IN_PAGE_NOTICE,
        .title = "Unexpected request",
        .text = "This address accepts only what belongs to a sign-in that is in progress." } },
};

static void refuse(int fd, int status)
{
    size_t i = 0;
    while (i < ARRAY_SIZE(refusals) - 1 && refusals[i].status != status)
        i++;
    sign_in_page_send(fd, status, "", &refusals[i].page);
}

/* Reads from a connection. Returns whether it has sent the redirect, which is answered later. */
static bool receive(struct server *server, struct connection *connection, struct redirect *redirect)
{
    struct secret *bytes = connection->bytes;
    ssize_t n =
        read(connection->fd, bytes->bytes + connection->length, bytes->length - connection->length);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return false;
    if (n <= 0) {
        close_connection(connection);
        return false;
    }
    connection->length += (size_t)n;
    int status = redirect_parse(bytes->bytes, connection->length, &server->expected, redirect);
    if (status == REDIRECT_MORE && connection->length < bytes->length)
        return false;
    if (status == REDIRECT_START || status == REDIRECT_ANSWER)
        status = check_peer(server, connection->fd, status);
    trace("a request from the browser: HTTP status %d", status);
    if (status != REDIRECT_ANSWER)
        redirect_clear(redirect); /* it may hold a stranger's code */
    if (status == REDIRECT_ANSWER)
        server->loopback->browser = steal_fd(&connection->fd);
    else if (status == REDIRECT_START)
        send_to_page(server, connection->fd);
    else
        refuse(connection->fd, status == REDIRECT_MORE ? CONTENT_TOO_LARGE : status);
    close_connection(connection);
    return status == REDIRECT_ANSWER;
}

/* Waits for a short time and serves all connections. Returns whether the redirect has come. */
static bool serve(struct server *server, int64_t deadline, struct redirect *redirect)
{
    struct pollfd fds[2 + CONNECTIONS_MAX];
    int64_t left = deadline_left(deadline);
    for (int i = 0; i < 2; i++)
        fds[i] = (struct pollfd){ .fd = server->loopback->listeners[i], .events = POLLIN };
    for (int i = 0; i < CONNECTIONS_MAX; i++) {
        struct connection *connection = &server->connections[i];
        if (connection->fd >= 0 && deadline_left(connection->deadline) == 0)
            close_connection(connection);
        fds[2 + i] = (struct pollfd){ .fd = connection->fd, .events = POLLIN };
    }
    if (poll(fds, 2 + CONNECTIONS_MAX,
             (int)(left < TICK_MILLISECONDS ? left : TICK_MILLISECONDS)) <= 0)
        return false;
    for (int i = 0; i < CONNECTIONS_MAX; i++)
        if (fds[2 + i].revents != 0 && receive(server, &server->connections[i], redirect))
            return true;
    for (int i = 0; i < 2; i++)
        if (fds[i].revents != 0)
            accept_one(server, fds[i].fd);
    return false;
}

bool loopback_wait(struct loopback *loopback, const struct redirect_expected *expected,
                   const char *page, int64_t deadline, bool (*may_wait)(void *), void *data,
                   struct redirect *ret_redirect, struct error *error)
{
    struct server server CLEANUP(
        close_server) = { .loopback = loopback, .expected = *expected, .page = page };
    for (int i = 0; i < CONNECTIONS_MAX; i++)
        server.connections[i].fd = -1;
    while (deadline_left(deadline) > 0) {
        if (serve(&server, deadline, ret_redirect)) {
            stop_listening(loopback);
            return true;
        }
        if (may_wait != NULL && !may_wait(data))
            return error_set(error, ERROR_SIGN_IN, "the sign-in was abandoned");
    }
    return sign_in_result_timed_out(error);
}
