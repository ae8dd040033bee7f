/* SPDX-License-Identifier: MIT */
/*
 * The system's CAs, as libcurl was built with them: a file with all of them, and on many systems a
 * folder too, in which each is found by the hash of its name (openssl-rehash(1)). Reading the file
 * takes more time than the rest of a request. So where there is a folder, the file is read only if
 * a certificate cannot be verified without it: it may have more.
 */
#ifndef COMMON_ACQUIRE_HTTP_SYSTEM_CAS_H
#define COMMON_ACQUIRE_HTTP_SYSTEM_CAS_H

#include <curl/curl.h>

/* Trusts the system's CAs. */
void system_cas_trust(CURL *easy);

#endif
