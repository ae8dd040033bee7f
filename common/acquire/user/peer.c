/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "common/acquire/user/peer.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/base/cleanup.h"

#define NO_LOGIN_UID 4294967295U

/* An end of a connection, as both tables write it: the words of the address in this machine's byte
 * order, and the port. */
struct end {
    char v4[16]; /* "" for an IPv6 address */
    char v6[40];
};

static struct end format_end(const struct sockaddr_in6 *address)
{
    struct end end = { "", "" };
    uint32_t words[4] = { 0, 0, htonl(0xffff), 0 };
    unsigned port = ntohs(address->sin6_port); /* in the same place for both families */
    if (address->sin6_family == AF_INET6) {
        memcpy(words, &address->sin6_addr, sizeof words);
    } else {
        words[3] = ((const struct sockaddr_in *)(const void *)address)->sin_addr.s_addr;
        snprintf(end.v4, sizeof end.v4, "%08X:%04X", words[3], port);
    }
    snprintf(end.v6, sizeof end.v6, "%08X%08X%08X%08X:%04X", words[0], words[1], words[2], words[3],
             port);
    return end;
}

static void cleanup_file(FILE **file)
{
    if (*file != NULL)
        fclose(*file);
}

/* Finds the socket with these ends. A socket that its program has closed still has a line until the
 * last packets are exchanged, but without an inode, and with user 0. */
static bool find_socket(const char *table, const char *local, const char *remote, unsigned *ret_uid)
{
    char line[512], line_local[64], line_remote[64];
    unsigned uid;
    unsigned long inode;
    FILE *file CLEANUP(cleanup_file) = fopen(table, "re");
    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        if (sscanf(line, "%*s %63s %63s %*s %*s %*s %*s %u %*s %lu", line_local, line_remote, &uid,
                   &inode) != 4 ||
            strcmp(line_local, local) != 0 || strcmp(line_remote, remote) != 0 || inode == 0)
            continue;
        *ret_uid = uid;
        return true;
    }
    return false;
}

/* A program may have an IPv6 socket for an IPv4 address. */
static bool find(const struct end *local, const struct end *remote, unsigned *ret_uid)
{
    return (local->v4[0] != '\0' &&
            find_socket("/proc/self/net/tcp", local->v4, remote->v4, ret_uid)) ||
           find_socket("/proc/self/net/tcp6", local->v6, remote->v6, ret_uid);
}

static bool is_trusted(unsigned uid)
{
    unsigned login = NO_LOGIN_UID;
    FILE *file = fopen("/proc/self/loginuid", "re");
    if (file != NULL) {
        if (fscanf(file, "%u", &login) != 1)
            login = NO_LOGIN_UID;
        fclose(file);
    }
    return uid == geteuid() || uid == 0 || (uid == login && login != NO_LOGIN_UID);
}

bool peer_can_be_told(int listener)
{
    struct sockaddr_in6 own = { 0 };
    const struct sockaddr_in6 none = { .sin6_family = AF_INET };
    socklen_t length = sizeof own;
    unsigned uid;
    if (getsockname(listener, (struct sockaddr *)&own, &length) != 0)
        return false;
    struct end local = format_end(&own), remote = format_end(&none);
    return find(&local, &remote, &uid) && uid == geteuid();
}

enum peer peer_of(int connection, unsigned *ret_uid)
{
    struct sockaddr_in6 own = { 0 }, other = { 0 };
    socklen_t own_length = sizeof own, other_length = sizeof other;
    unsigned uid;
    if (getsockname(connection, (struct sockaddr *)&own, &own_length) != 0 ||
        getpeername(connection, (struct sockaddr *)&other, &other_length) != 0)
        return PEER_UNKNOWN;
    struct end here = format_end(&own), there = format_end(&other);
    if (!find(&there, &here, &uid))
        return PEER_UNKNOWN;
    if (is_trusted(uid))
        return PEER_TRUSTED;
    *ret_uid = uid;
    return PEER_FOREIGN;
}
