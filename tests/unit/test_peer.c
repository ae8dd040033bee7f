/* SPDX-License-Identifier: MIT */
/* Whose program is at the other end of a connection, with real sockets. */
#define _GNU_SOURCE
#include "tests/unit/support.h"

#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/acquire/user/peer.h"
#include "common/base/cleanup.h"

#define STRANGER 65533

static struct sockaddr_in loopback(uint16_t port)
{
    return (struct sockaddr_in){ .sin_family = AF_INET,
                                 .sin_port = port,
                                 .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
}

/* Listens on a free port, and sets *ret_port, in network byte order. */
static int listen_somewhere(uint16_t *ret_port)
{
    struct sockaddr_in address = loopback(0);
    socklen_t length = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(fd, 1), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &length), 0);
    *ret_port = address.sin_port;
    return fd;
}

static int connect_to(uint16_t port)
{
    struct sockaddr_in address = loopback(port);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof address) != 0)
        return -1;
    return fd;
}

static void the_kernel_tells_here(void **state)
{
    (void)state;
    uint16_t port;
    autoclose int listener = listen_somewhere(&port);
    autoclose int other = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(peer_can_be_told(listener));
    assert_false(peer_can_be_told(other));
}

static void our_own_program_is_trusted(void **state)
{
    (void)state;
    uint16_t port;
    unsigned uid = 0;
    autoclose int listener = listen_somewhere(&port);
    autoclose int client = connect_to(port);
    autoclose int connection = accept(listener, NULL, NULL);
    assert_int_equal(peer_of(connection, &uid), PEER_TRUSTED);
    shutdown(client, SHUT_WR); /* it may have said all */
    assert_int_equal(peer_of(connection, &uid), PEER_TRUSTED);
}

static void an_ipv6_socket_may_have_an_ipv4_address(void **state)
{
    (void)state;
    uint16_t port;
    unsigned uid = 0;
    autoclose int listener = listen_somewhere(&port);
    autoclose int client = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in6 address = { .sin6_family = AF_INET6, .sin6_port = port };
    address.sin6_addr.s6_addr[10] = address.sin6_addr.s6_addr[11] = 0xff;
    address.sin6_addr.s6_addr[12] = 127;
    address.sin6_addr.s6_addr[15] = 1;
    if (client < 0 || connect(client, (struct sockaddr *)&address, sizeof address) != 0)
        skip();
    autoclose int connection = accept(listener, NULL, NULL);
    assert_int_equal(peer_of(connection, &uid), PEER_TRUSTED);
}

/* It would count as root's, whose user the kernel shows for it. */
static void a_closed_socket_is_not_trusted(void **state)
{
    (void)state;
    uint16_t port;
    unsigned uid = 0;
    autoclose int listener = listen_somewhere(&port);
    int client = connect_to(port);
    autoclose int connection = accept(listener, NULL, NULL);
    close(client);
    assert_int_equal(peer_of(connection, &uid), PEER_UNKNOWN);
    struct pollfd closed = { .fd = connection, .events = POLLIN };
    assert_int_equal(poll(&closed, 1, -1), 1);
    assert_int_equal(peer_of(connection, &uid), PEER_UNKNOWN);
}

static void another_users_program_is_foreign(void **state)
{
    (void)state;
    uint16_t port;
    unsigned uid = 0;
    if (geteuid() != 0) /* only root can become another user */
        skip();
    autoclose int listener = listen_somewhere(&port);
    pid_t child = fork();
    if (child == 0) {
        _exit(setuid(STRANGER) == 0 && connect_to(port) >= 0 && pause() ? 0 : 1);
    }
    autoclose int connection = accept(listener, NULL, NULL);
    enum peer peer = peer_of(connection, &uid);
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    assert_int_equal(peer, PEER_FOREIGN);
    assert_int_equal(uid, STRANGER);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_kernel_tells_here),
        cmocka_unit_test(our_own_program_is_trusted),
        cmocka_unit_test(an_ipv6_socket_may_have_an_ipv4_address),
        cmocka_unit_test(a_closed_socket_is_not_trusted),
        cmocka_unit_test(another_users_program_is_foreign),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
