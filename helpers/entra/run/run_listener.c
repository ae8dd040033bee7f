/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "helpers/entra/run/run_listener.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "common/base/cleanup.h"
#include "common/base/text.h"

#define BACKLOG                                                                                    \
    1024 /* a crowd of connections then waits there, and does not push out the command's */

struct place {
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    } address;
    socklen_t length;
};

static bool parse(const char *text, struct place *place)
{
    *place = (struct place){ .length = sizeof place->address.v4 };
    place->address.v4.sin_family = AF_INET;
    if (inet_pton(AF_INET, text, &place->address.v4.sin_addr) == 1)
        return true;
    *place = (struct place){ .length = sizeof place->address.v6 };
    place->address.v6.sin6_family = AF_INET6;
    return inet_pton(AF_INET6, text, &place->address.v6.sin6_addr) == 1;
}

/* A wildcard, or one of a group of machines. */
static bool is_several(const struct place *place)
{
    const struct in6_addr *v6 = &place->address.v6.sin6_addr;
    if (place->address.any.sa_family == AF_INET6)
        return IN6_IS_ADDR_UNSPECIFIED(v6) || IN6_IS_ADDR_MULTICAST(v6) || IN6_IS_ADDR_V4MAPPED(v6);
    uint32_t v4 = ntohl(place->address.v4.sin_addr.s_addr);
    return v4 == INADDR_ANY || v4 == INADDR_BROADCAST || IN_MULTICAST(v4);
}

bool run_listener_is_loopback(const char *address)
{
    struct place place;
    if (!parse(address, &place))
        return false;
    if (place.address.any.sa_family == AF_INET6)
        return IN6_IS_ADDR_LOOPBACK(&place.address.v6.sin6_addr);
    return ntohl(place.address.v4.sin_addr.s_addr) >> 24 == IN_LOOPBACKNET;
}

static char *format_host(int fd, const char *text)
{
    struct place place = { .length = sizeof place.address };
    if (getsockname(fd, &place.address.any, &place.length) != 0)
        return NULL;
    if (place.address.any.sa_family == AF_INET6)
        return text_format("[%s]:%u", text, ntohs(place.address.v6.sin6_port));
    return text_format("%s:%u", text, ntohs(place.address.v4.sin_port));
}

int run_listener_open(const char *address, char **ret_host, struct error *error)
{
    struct place place;
    if (!parse(address, &place) || is_several(&place)) {
        error_set(error, ERROR_USAGE, "'%.80s' is not one address of this machine", address);
        return -1;
    }
    autoclose int fd =
        socket(place.address.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0 || bind(fd, &place.address.any, place.length) != 0 || listen(fd, BACKLOG) != 0) {
        bool is_foreign = errno == EADDRNOTAVAIL;
        error_set(error, is_foreign ? ERROR_USAGE : ERROR_OTHER, "cannot listen at %.80s: %s",
                  address, is_foreign ? "it is not an address of this machine" : strerror(errno));
        return -1;
    }
    *ret_host = format_host(fd, address);
    return *ret_host != NULL ? steal_fd(&fd) : -1;
}
