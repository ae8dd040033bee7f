/* SPDX-License-Identifier: MIT */
/* The server, by libmicrohttpd. It runs in our own loop, in one thread. */
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/base/array.h"
#include "common/base/deadline.h"
#include "helpers/entra/run/endpoint/connections.h"
#include "helpers/entra/run/endpoint/endpoint.h"

#define REQUEST_MAX (16 * 1024) /* bytes of the head of a request; there is no body */
#define MHD_SECONDS 30          /* a second limit; connections.h has the first */

#define ACCEPTED_AT_ONCE   10
#define PAUSE_MILLISECONDS 50 /* after a call that failed, for want of memory perhaps */

struct server {
    const struct endpoint_service *service;
    struct MHD_Daemon *daemon;
    struct connections connections;
    int64_t pause; /* until when no connection is accepted (deadline.h) */
};

/* ---- answering ---- */

static void wipe_answer(void *answer)
{
    secret_free(answer);
}

static struct MHD_Response *make_response(struct secret *answer, size_t length)
{
    struct endpoint_head head;
    memcpy(&head, answer->bytes, sizeof head);
    /* libmicrohttpd sends it from there, and copies it nowhere. */
    struct MHD_Response *response = MHD_create_response_from_buffer_with_free_callback_cls(
        length - sizeof head, answer->bytes + sizeof head, wipe_answer, answer);
    char seconds[16];
    snprintf(seconds, sizeof seconds, "%d", (int)head.retry_after);
    MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, "application/json");
    MHD_add_response_header(response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
    if (head.retry_after > 0)
        MHD_add_response_header(response, MHD_HTTP_HEADER_RETRY_AFTER, seconds);
    return response;
}

/* Sends the answer, and frees it then. */
static enum MHD_Result send_answer(struct MHD_Connection *http, struct secret *answer,
                                   size_t length, bool is_last)
{
    struct endpoint_head head;
    memcpy(&head, answer->bytes, sizeof head);
    struct MHD_Response *response = make_response(answer, length);
    if (is_last)
        MHD_add_response_header(response, MHD_HTTP_HEADER_CONNECTION, "close");
    if (head.status == MHD_HTTP_METHOD_NOT_ALLOWED)
        MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW, MHD_HTTP_METHOD_GET);
    enum MHD_Result result = MHD_queue_response(http, (unsigned)head.status, response);
    MHD_destroy_response(response);
    return result;
}

/* Lets the connection go on. An answer that is not whole is none: the connection is closed. */
static void end_answer(const struct endpoint_service *service, struct connection *connection)
{
    service->end_answer(service->context, connection->source);
    close(connection->source);
    connection->source = -1;
    connection_wait(connection);
    MHD_resume_connection(connection->http);
}

/* Reads some of the answer. */
static void read_answer(const struct endpoint_service *service, struct connection *connection)
{
    struct secret *answer = connection->answer;
    ssize_t n = read(connection->source, answer->bytes + connection->length,
                     answer->length - connection->length);
    if (n < 0 && (errno == EINTR || errno == EAGAIN))
        return;
    connection->length += n > 0 ? (size_t)n : 0;
    if (n > 0 && connection->length < answer->length)
        return;
    connection->answer_is_whole = n == 0 && connection->length > sizeof(struct endpoint_head);
    end_answer(service, connection);
}

/* ---- requests ---- */

struct reading {
    struct endpoint_request request;
    bool is_whole;
};

static enum MHD_Result add_field(void *data, enum MHD_ValueKind kind, const char *name,
                                 size_t name_length, const char *value, size_t length)
{
    struct reading *reading = data;
    struct endpoint_request *request = &reading->request;
    reading->is_whole = request->count < ENDPOINT_FIELDS_MAX && strlen(name) == name_length;
    if (!reading->is_whole)
        return MHD_NO;
    request->fields[request->count++] =
        (struct endpoint_field){ kind == MHD_HEADER_KIND, name, value, length };
    return MHD_YES;
}

static enum MHD_Result begin_answer(struct server *server, struct connection *connection,
                                    const char *method, const char *path)
{
    struct reading reading = { { .method = method, .path = path }, true };
    struct secret *refusal = NULL;
    MHD_get_connection_values_n(connection->http, MHD_HEADER_KIND, add_field, &reading);
    if (reading.is_whole)
        MHD_get_connection_values_n(connection->http, MHD_GET_ARGUMENT_KIND, add_field, &reading);
    if (!reading.is_whole)
        return MHD_NO;
    int source = server->service->answer(server->service->context, &reading.request, &refusal);
    if (source < 0)
        return send_answer(connection->http, refusal, refusal->length, true);
    connection->source = source;
    connection->answer = secret_allocate(sizeof(struct endpoint_head) + ENDPOINT_ANSWER_MAX);
    connection->length = 0;
    connection->answer_is_whole = false;
    connection->deadline = 0;
    MHD_suspend_connection(connection->http);
    return MHD_YES;
}

static struct connection *connection_of(struct MHD_Connection *http)
{
    return MHD_get_connection_info(http, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
}

/* Whether a body may follow the head of the request. */
static bool announces_body(struct MHD_Connection *http)
{
    return MHD_lookup_connection_value(http, MHD_HEADER_KIND, MHD_HTTP_HEADER_CONTENT_LENGTH) !=
               NULL ||
           MHD_lookup_connection_value(http, MHD_HEADER_KIND, MHD_HTTP_HEADER_TRANSFER_ENCODING) !=
               NULL;
}

/* Called when the head of a request has been read; then at its end, the first time at which an
 * answer does not close the connection; and when it goes on, since the answer has been read. */
static enum MHD_Result on_request(void *data, struct MHD_Connection *http, const char *path,
                                  const char *method, const char *version, const char *body,
                                  /* cppcheck-suppress constParameter ; libmicrohttpd's type */
                                  size_t *body_length, void **of_request)
{
    struct connection *connection = connection_of(http);
    (void)version;
    (void)body;
    if (connection == NULL || *body_length > 0)
        return MHD_NO;
    bool is_head = *of_request == NULL;
    *of_request = connection;
    if (is_head && !announces_body(http))
        return MHD_YES;
    if (connection->answer == NULL)
        return begin_answer(data, connection, method, path);
    if (!connection->answer_is_whole)
        return MHD_NO;
    return send_answer(http, steal(&connection->answer), connection->length, false);
}

static void on_completed(void *data, struct MHD_Connection *http, void **of_request,
                         enum MHD_RequestTerminationCode why)
{
    struct connection *connection = connection_of(http);
    (void)data;
    (void)why;
    *of_request = NULL;
    if (connection != NULL && connection->deadline < INT64_MAX)
        connection_wait(connection);
}

static void on_connection(void *data, struct MHD_Connection *http, void **of_connection,
                          enum MHD_ConnectionNotificationCode what)
{
    struct server *server = data;
    if (what == MHD_CONNECTION_NOTIFY_STARTED) {
        int fd = MHD_get_connection_info(http, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
        *of_connection = connections_add(&server->connections, http, fd);
    } else if (*of_connection != NULL) {
        connections_remove(&server->connections, *of_connection);
        *of_connection = NULL;
    }
}

/* ---- new connections ---- */

static bool may_accept(const struct server *server)
{
    return connections_have_room(&server->connections) && deadline_left(server->pause) == 0;
}

/* A connection that cannot be accepted stays where it is, and is tried again. libmicrohttpd itself
 * would not listen any more until it has closed another one and is run once more (at_limit, in its
 * daemon.c), which may be never. */
static void fail_to_accept(struct server *server, int why)
{
    if (why == EAGAIN || why == ECONNABORTED)
        return;
    trace("endpoint: a connection cannot be accepted: %s", strerror(why));
    if (why != EMFILE || !connections_give_way(&server->connections))
        server->pause = deadline_in(PAUSE_MILLISECONDS);
}

/* Called when there is one. Without a descriptor to spare, it fails even if there is none. */
static void accept_connections(struct server *server)
{
    for (int i = 0; i < ACCEPTED_AT_ONCE && may_accept(server); i++) {
        struct sockaddr_storage place;
        struct sockaddr *address = (struct sockaddr *)&place;
        socklen_t length = sizeof place;
        int fd = accept4(server->service->listener, address, &length, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd < 0 && i == 0)
            fail_to_accept(server, errno);
        if (fd < 0)
            return;
        MHD_add_connection(server->daemon, fd, address, length); /* which closes it if it fails */
    }
}

/* ---- the loop ---- */

static bool start(struct server *server)
{
    server->daemon = MHD_start_daemon(
        MHD_USE_EPOLL | MHD_USE_NO_LISTEN_SOCKET | MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL,
        on_request, server, MHD_OPTION_NOTIFY_CONNECTION, on_connection, server,
        MHD_OPTION_NOTIFY_COMPLETED, on_completed, server, MHD_OPTION_CONNECTION_LIMIT,
        (unsigned)CONNECTIONS_MAX, MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)REQUEST_MAX,
        MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)MHD_SECONDS, MHD_OPTION_STRICT_FOR_CLIENT, 1,
        MHD_OPTION_END);
    return server->daemon != NULL;
}

/* Milliseconds; -1: for ever, which is only while there is no connection, or each is answered. */
static int patience(const struct server *server)
{
    MHD_UNSIGNED_LONG_LONG milliseconds;
    int least = connections_patience(&server->connections);
    int64_t pause = deadline_left(server->pause);
    if (pause > 0 && pause < least)
        least = (int)pause;
    if (MHD_get_timeout(server->daemon, &milliseconds) == MHD_YES &&
        milliseconds < (MHD_UNSIGNED_LONG_LONG)least)
        return (int)milliseconds;
    return least < INT32_MAX ? least : -1;
}

static void serve_once(struct server *server, int epoll)
{
    enum { EPOLL, LISTENER, WATCHES, ANSWERS = WATCHES + ENDPOINT_WATCHES };
    const struct endpoint_service *service = server->service;
    struct pollfd ready[ANSWERS + 2 * CONNECTIONS_MAX] = {
        [EPOLL] = { epoll, POLLIN, 0 },
        [LISTENER] = { may_accept(server) ? service->listener : -1, POLLIN, 0 },
    };
    struct connection *of[ARRAY_SIZE(ready)];
    nfds_t count = ANSWERS;
    for (nfds_t i = WATCHES; i < ANSWERS; i++)
        ready[i] = (struct pollfd){ .fd = service->watches[i - WATCHES].fd, .events = POLLIN };
    for (size_t i = 0; i < CONNECTIONS_MAX; i++) {
        struct connection *one = &server->connections.places[i];
        if (one->http == NULL || one->source < 0)
            continue;
        of[count] = one;
        ready[count++] = (struct pollfd){ .fd = one->source, .events = POLLIN };
        of[count] = one; /* a client that sends no more has given up, as for nginx */
        ready[count++] = (struct pollfd){ .fd = one->fd, .events = POLLRDHUP };
    }
    bool failed = poll(ready, count, patience(server)) < 0;
    if (failed)
        poll(NULL, 0, PAUSE_MILLISECONDS);
    for (nfds_t i = WATCHES; i < ANSWERS; i++)
        if (ready[i].revents != 0 || failed)
            service->watches[i - WATCHES].on_ready(service->context);
    for (nfds_t i = ANSWERS; i < count; i += 2)
        if (ready[i].revents != 0)
            read_answer(service, of[i]);
        else if (ready[i + 1].revents != 0)
            end_answer(service, of[i]);
    if (ready[LISTENER].revents != 0)
        accept_connections(server);
    MHD_run(server->daemon);
    if (connections_hang_up(&server->connections))
        MHD_run(server->daemon);
}

static bool serve(const struct endpoint_service *service)
{
    static struct server server;
    server.service = service;
    connections_begin(&server.connections);
    if (!start(&server))
        return false;
    int epoll = MHD_get_daemon_info(server.daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd;
    for (;;)
        serve_once(&server, epoll);
}

MODULE_EXPORT extern const struct endpoint_module entra_module;
const struct endpoint_module entra_module = {
    .module = MODULE_HEAD,
    .serve = serve,
};
