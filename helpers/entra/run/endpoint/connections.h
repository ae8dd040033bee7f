/* SPDX-License-Identifier: MIT */
/*
 * The connections to the server, and until when each may keep it waiting: from its beginning, or
 * the end of its last request, to the end of the next one, and again for taking the answer. While
 * the answer is being made, it is the server that keeps the connection waiting.
 */
#ifndef HELPERS_ENTRA_RUN_ENDPOINT_CONNECTIONS_H
#define HELPERS_ENTRA_RUN_ENDPOINT_CONNECTIONS_H

#include <microhttpd.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/base/secret.h"
#include "helpers/entra/run/endpoint/endpoint.h"

#define CONNECTIONS_MAX         ENDPOINT_ANSWERS_MAX
#define CONNECTIONS_MIN         4 /* however few descriptors there are */
#define CONNECTION_MILLISECONDS 10000

struct connection {
    struct MHD_Connection *http; /* NULL: the place is free */
    int fd;
    int64_t deadline;      /* deadline.h; 0: its answer is being made */
    uint64_t turn;         /* of those that wait, the least has waited longest */
    int source;            /* what its answer is read from; -1: nothing */
    struct secret *answer; /* as far as it has been read */
    size_t length;         /* of that */
    bool answer_is_whole;
};

struct connections {
    struct connection places[CONNECTIONS_MAX];
    size_t count;
    size_t limit; /* so many at most */
    size_t crowd; /* from here on, the oldest that waits gives way */
};

/* Begins with none. The limits follow from the descriptors that this process may have
 * (RLIMIT_NOFILE). */
void connections_begin(struct connections *ret_connections);

/* Whether there may be one more. */
bool connections_have_room(const struct connections *connections);

/* Finds a place for a new connection. NULL if there is none. */
struct connection *connections_add(struct connections *connections, struct MHD_Connection *http,
                                   int fd);

/* Frees the place. */
void connections_remove(struct connections *connections, struct connection *connection);

/* The connection may keep the server waiting again, for its time. */
void connection_wait(struct connection *connection);

/* Hangs up on those that are late, and on the oldest if there is a crowd. Returns whether there
 * were any: libmicrohttpd then closes them, when it is run. */
bool connections_hang_up(struct connections *connections);

/* Hangs up on the one that has waited longest. Returns false if none waits. */
bool connections_give_way(struct connections *connections);

/* Milliseconds until the next one is late; INT32_MAX if none can be. */
int connections_patience(const struct connections *connections);

#endif
