/* SPDX-License-Identifier: MIT */
#include "helpers/entra/run/endpoint/connections.h"

#include <sys/socket.h>
#include <unistd.h>

#include "common/base/deadline.h"

void connection_wait(struct connection *connection)
{
    connection->deadline = deadline_in(CONNECTION_MILLISECONDS);
}

struct connection *connections_add(struct connections *connections, struct MHD_Connection *http,
                                   int fd)
{
    for (size_t i = 0; i < CONNECTIONS_MAX; i++) {
        struct connection *place = &connections->places[i];
        if (place->http != NULL)
            continue;
        *place = (struct connection){ .http = http, .fd = fd, .source = -1 };
        connection_wait(place);
        connections->count++;
        return place;
    }
    return NULL;
}

void connections_remove(struct connections *connections, struct connection *connection)
{
    if (connection->source >= 0)
        close(connection->source);
    secret_free(connection->answer);
    *connection = (struct connection){ .source = -1 };
    connections->count--;
}

/* Those that have been hung up on wait for libmicrohttpd, and count no more. */
static void hang_up(struct connection *connection)
{
    shutdown(connection->fd, SHUT_RDWR);
    connection->deadline = INT64_MAX;
}

static bool is_waiting(const struct connection *connection)
{
    return connection->http != NULL && connection->deadline > 0 && connection->deadline < INT64_MAX;
}

void connections_hang_up(struct connections *connections)
{
    struct connection *oldest = NULL;
    size_t left = 0;
    for (size_t i = 0; i < CONNECTIONS_MAX; i++) {
        struct connection *one = &connections->places[i];
        if (is_waiting(one) && deadline_left(one->deadline) == 0)
            hang_up(one);
    }
    do {
        oldest = NULL;
        left = 0;
        for (size_t i = 0; i < CONNECTIONS_MAX; i++) {
            struct connection *one = &connections->places[i];
            left += one->http != NULL && one->deadline < INT64_MAX;
            if (is_waiting(one) && (oldest == NULL || one->deadline < oldest->deadline))
                oldest = one;
        }
        if (oldest != NULL && left >= CONNECTIONS_CROWD)
            hang_up(oldest);
    } while (oldest != NULL && left > CONNECTIONS_CROWD);
}

int connections_patience(const struct connections *connections)
{
    int64_t least = INT32_MAX;
    for (size_t i = 0; i < CONNECTIONS_MAX; i++) {
        const struct connection *one = &connections->places[i];
        int64_t left = is_waiting(one) ? deadline_left(one->deadline) : INT32_MAX;
        least = left < least ? left : least;
    }
    return (int)least;
}
