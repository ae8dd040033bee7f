/* SPDX-License-Identifier: MIT */
#include "helpers/entra/run/endpoint/connections.h"

#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/base/deadline.h"

/* A connection whose answer is being made has three descriptors: its own, and the two ends of the
 * pipe for the answer. */
void connections_begin(struct connections *ret_connections)
{
    struct rlimit allowed = { ENDPOINT_DESCRIPTORS, ENDPOINT_DESCRIPTORS };
    *ret_connections = (struct connections){ .limit = CONNECTIONS_MAX };
    for (size_t i = 0; i < CONNECTIONS_MAX; i++)
        ret_connections->places[i].source = -1;
    if (getrlimit(RLIMIT_NOFILE, &allowed) == 0 && allowed.rlim_cur < ENDPOINT_DESCRIPTORS)
        ret_connections->limit = allowed.rlim_cur <= ENDPOINT_OWN_DESCRIPTORS
                                     ? 0
                                     : (allowed.rlim_cur - ENDPOINT_OWN_DESCRIPTORS) / 3;
    if (ret_connections->limit < CONNECTIONS_MIN)
        ret_connections->limit = CONNECTIONS_MIN;
    ret_connections->crowd = ret_connections->limit / 4 * 3;
}

bool connections_have_room(const struct connections *connections)
{
    return connections->count < connections->limit;
}

/* Many may come in one millisecond. */
void connection_wait(struct connection *connection)
{
    static uint64_t last;
    connection->deadline = deadline_in(CONNECTION_MILLISECONDS);
    connection->turn = ++last;
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

/* NULL if none waits. */
static struct connection *find_oldest(struct connections *connections)
{
    struct connection *oldest = NULL;
    for (size_t i = 0; i < CONNECTIONS_MAX; i++) {
        struct connection *one = &connections->places[i];
        if (is_waiting(one) && (oldest == NULL || one->turn < oldest->turn))
            oldest = one;
    }
    return oldest;
}

bool connections_give_way(struct connections *connections)
{
    struct connection *oldest = find_oldest(connections);
    if (oldest != NULL)
        hang_up(oldest);
    return oldest != NULL;
}

bool connections_hang_up(struct connections *connections)
{
    size_t left = 0;
    bool has_hung_up = false;
    for (size_t i = 0; i < CONNECTIONS_MAX; i++) {
        struct connection *one = &connections->places[i];
        bool is_late = is_waiting(one) && deadline_left(one->deadline) == 0;
        if (is_late)
            hang_up(one);
        has_hung_up = has_hung_up || is_late;
        left += one->http != NULL && one->deadline < INT64_MAX;
    }
    for (; left >= connections->crowd && connections_give_way(connections); left--)
        has_hung_up = true;
    return has_hung_up;
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
