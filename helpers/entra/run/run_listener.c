/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "helpers/entra/run/run_listener.h"

#include <arpa/inet.h>
#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "common/base/array.h"
#include "common/base/cleanup.h"
#include "common/base/report.h"
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

static bool is_loopback(const struct place *place)
{
    if (place->address.any.sa_family == AF_INET6)
        return IN6_IS_ADDR_LOOPBACK(&place->address.v6.sin6_addr);
    return ntohl(place->address.v4.sin_addr.s_addr) >> 24 == IN_LOOPBACKNET;
}

/* Whether this is the address for all machines of a network, where the kernel lets us listen in
 * vain. The C library shows an interface that has none its own instead. */
static bool is_broadcast(const struct place *place)
{
    struct ifaddrs *all = NULL;
    in_addr_t v4 = place->address.v4.sin_addr.s_addr;
    bool is_found = false;
    if (place->address.any.sa_family != AF_INET || getifaddrs(&all) != 0)
        return false;
    for (const struct ifaddrs *one = all; one != NULL; one = one->ifa_next) {
        struct sockaddr_in own, everybody;
        if ((one->ifa_flags & IFF_BROADCAST) == 0 || one->ifa_broadaddr == NULL ||
            one->ifa_addr == NULL || one->ifa_addr->sa_family != AF_INET)
            continue;
        memcpy(&own, one->ifa_addr, sizeof own);
        memcpy(&everybody, one->ifa_broadaddr, sizeof everybody);
        is_found = is_found || (everybody.sin_addr.s_addr == v4 && own.sin_addr.s_addr != v4);
    }
    freeifaddrs(all);
    return is_found;
}

/* Of a network that anybody may have (RFC 1918, RFC 4193): no public address comes by itself. */
static bool is_private(const struct place *place)
{
    static const struct {
        uint32_t network;
        int bits;
    } networks[] = { { 0x0a000000, 8 }, { 0xac100000, 12 }, { 0xc0a80000, 16 } };
    if (place->address.any.sa_family == AF_INET6)
        return (place->address.v6.sin6_addr.s6_addr[0] & 0xfe) == 0xfc;
    uint32_t v4 = ntohl(place->address.v4.sin_addr.s_addr);
    for (size_t i = 0; i < ARRAY_SIZE(networks); i++)
        if ((v4 ^ networks[i].network) >> (32 - networks[i].bits) == 0)
            return true;
    return false;
}

static bool bind_place(int fd, const struct place *place, bool may_come, const char *text)
{
    const int yes = 1;
    bool is_v6 = place->address.any.sa_family == AF_INET6;
    if (bind(fd, &place->address.any, place->length) == 0)
        return true;
    if (errno != EADDRNOTAVAIL || !may_come || !is_private(place) ||
        setsockopt(fd, is_v6 ? IPPROTO_IPV6 : IPPROTO_IP, is_v6 ? IPV6_FREEBIND : IP_FREEBIND, &yes,
                   sizeof yes) != 0 ||
        bind(fd, &place->address.any, place->length) != 0)
        return false;
    notice("%s is not an address of this machine yet: the endpoint can be reached once it is",
           text);
    return true;
}

/* As clients send it: an address of IPv6 has several forms. */
static bool describe(int fd, struct run_listener *ret_listener)
{
    struct place place = { .length = sizeof place.address };
    char text[INET6_ADDRSTRLEN];
    if (getsockname(fd, &place.address.any, &place.length) != 0)
        return false;
    bool is_v6 = place.address.any.sa_family == AF_INET6;
    const void *address = is_v6 ? (const void *)&place.address.v6.sin6_addr
                                : (const void *)&place.address.v4.sin_addr;
    if (inet_ntop(place.address.any.sa_family, address, text, sizeof text) == NULL)
        return false;
    ret_listener->address = strdup(text);
    ret_listener->host =
        text_format(is_v6 ? "[%s]:%u" : "%s:%u", text,
                    ntohs(is_v6 ? place.address.v6.sin6_port : place.address.v4.sin_port));
    return true;
}

static bool read_place(const char *address, struct place *place, struct error *error)
{
    if (parse(address, place) && !is_several(place) && !is_broadcast(place))
        return true;
    error_set(error, ERROR_USAGE, "'%.80s' is not one address of this machine", address);
    return error_hint(error, "Give --listen an address, such as " RUN_LISTENER_LOOPBACK ".");
}

bool run_listener_check(const char *address, bool *ret_is_loopback, struct error *error)
{
    struct place place;
    if (!read_place(address, &place, error))
        return false;
    *ret_is_loopback = is_loopback(&place);
    return true;
}

int run_listener_open(const char *address, bool may_come, struct run_listener *ret_listener,
                      struct error *error)
{
    struct place place;
    if (!read_place(address, &place, error))
        return -1;
    autoclose int fd =
        socket(place.address.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0 || !bind_place(fd, &place, may_come, address) || listen(fd, BACKLOG) != 0 ||
        !describe(fd, ret_listener)) {
        bool is_foreign = errno == EADDRNOTAVAIL;
        error_set(error, is_foreign ? ERROR_USAGE : ERROR_OTHER, "cannot listen at %.80s: %s",
                  address, is_foreign ? "it is not an address of this machine" : strerror(errno));
        return -1;
    }
    return steal_fd(&fd);
}

void run_listener_clear(struct run_listener *listener)
{
    free(listener->address);
    free(listener->host);
    *listener = (struct run_listener){ 0 };
}
