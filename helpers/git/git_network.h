/* SPDX-License-Identifier: MIT */
/*
 * The proxy and the CAs that git's configuration names (git-config(1)): http.proxy,
 * http.proxyAuthMethod, http.proxySSLCAInfo, http.sslCAInfo and http.sslCAPath, and http.<url>.*
 * of these, which git itself matches.
 *
 * They come from what git calls protected configuration, as safe.directory does: the scopes system,
 * global and command. A proxy or a CA in a repository's own configuration may be an attacker's, and
 * secrets go to the authority. So git is asked in no repository; then it also reads no file that
 * the user's configuration includes for certain repositories (includeIf).
 *
 * http.sslVerify=false has no effect: certificates are always verified.
 */
#ifndef HELPERS_GIT_GIT_NETWORK_H
#define HELPERS_GIT_GIT_NETWORK_H

#include "common/base/network.h"

extern const struct network_source git_network;

#endif
