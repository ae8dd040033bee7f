/* SPDX-License-Identifier: MIT */
/* The connections to the endpoint: which one gives way. */
#define _GNU_SOURCE
#include "tests/unit/support.h"

#include <sys/socket.h>
#include <unistd.h>

#include "common/base/array.h"
#include "helpers/entra/run/endpoint/connections.h"

/* The other ends of the connections. */
static int clients[3];
static struct connections connections;

/* Adds a connection of this client. */
static struct connection *add(size_t client)
{
    int ends[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    clients[client] = ends[1];
    struct MHD_Connection *any = (struct MHD_Connection *)(void *)&clients[client];
    struct connection *connection = connections_add(&connections, any, ends[0]);
    assert_non_null(connection);
    return connection;
}

static void remove_it(struct connection *connection, size_t client)
{
    int fd = connection->fd;
    connections_remove(&connections, connection);
    close(fd);
    close(clients[client]);
}

static bool is_hung_up(size_t client)
{
    char byte;
    return recv(clients[client], &byte, 1, MSG_DONTWAIT) == 0;
}

/* They come faster than the clock's milliseconds go on. */
static void the_one_that_has_waited_longest_gives_way(void **state)
{
    (void)state;
    struct connection *items[ARRAY_SIZE(clients)];
    connections_begin(&connections);
    for (size_t i = 0; i < 3; i++)
        items[i] = add(i);
    remove_it(items[0], 0);
    items[0] = add(0);
    assert_true(connections_give_way(&connections));
    assert_true(is_hung_up(1) && !is_hung_up(0) && !is_hung_up(2));
    connection_wait(items[2]);
    assert_true(connections_give_way(&connections));
    assert_true(is_hung_up(0) && !is_hung_up(2));
    for (size_t i = 0; i < 3; i++)
        remove_it(items[i], i);
}

static void one_whose_answer_is_being_made_does_not(void **state)
{
    (void)state;
    connections_begin(&connections);
    struct connection *busy = add(0), *idle = add(1);
    busy->deadline = 0;
    assert_true(connections_give_way(&connections));
    assert_true(is_hung_up(1) && !is_hung_up(0));
    assert_false(connections_give_way(&connections));
    remove_it(busy, 0);
    remove_it(idle, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_one_that_has_waited_longest_gives_way),
        cmocka_unit_test(one_whose_answer_is_being_made_does_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
