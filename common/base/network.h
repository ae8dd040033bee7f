/* SPDX-License-Identifier: MIT */
/*
 * The proxy and the CAs that a host tool's configuration names for a URL, for requests that nothing
 * in the environment names them for. A program of such a host tool has a source of them:
 *
 *     network_source = &git_network;
 *
 * It is asked only when a request is about to be sent, since that may take a process.
 */
#ifndef COMMON_BASE_NETWORK_H
#define COMMON_BASE_NETWORK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/cleanup.h"
#include "common/base/error.h"
#include "common/base/text.h"

/* NULL: the host tool names none. */
struct network_settings {
    char *proxy;         /* a URL, whose scheme may be left out, and which may contain a password */
    char *proxy_method;  /* how to authenticate to it, as git's http.proxyAuthMethod has it */
    char *proxy_ca_file; /* for a proxy that is reached by https */
    char *ca_file;       /* absolute paths, as the one above */
    char *ca_folder;
};

struct network_source {
    /* The option of `entra token` with which a renewal in the background has this source too. */
    const char *option;

    /* Finds the settings for a URL, which has no query. The caller clears *ret_settings with
     * network_settings_clear. Fails with ERROR_USAGE or ERROR_OTHER. */
    bool (*find)(const char *url, int64_t deadline, struct network_settings *ret_settings,
                 struct error *error);
};

/* NULL: none. Every program and every module has its own copy; a program sets that of the module
 * that sends requests when it loads it (acquire.h). */
extern const struct network_source *network_source;

void network_settings_clear(struct network_settings *settings);
#define auto_network_settings CLEANUP(network_settings_clear)

/* Moves settings out of their variable, which is then empty. */
static inline struct network_settings network_settings_steal(struct network_settings *settings)
{
    struct network_settings taken = *settings;
    *settings = (struct network_settings){ 0 };
    return taken;
}

/* The user and password of a proxy's URL, user:password, still percent-encoded; empty if there are
 * none. The result points into url. */
struct slice network_proxy_userinfo(const char *url);

/* Copies a proxy's URL without user and password. A text that does not fit is cut. */
void network_proxy_plain(const char *url, char *text, size_t size);

#endif
