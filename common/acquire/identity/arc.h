/* SPDX-License-Identifier: MIT */
/*
 * Azure Arc's agent. It names a file in a challenge and returns a token to clients that can read
 * that file, which are root and the members of the group himds. See Microsoft's "Authenticate
 * against Azure resources with Azure Arc-enabled servers".
 */
#ifndef COMMON_ACQUIRE_IDENTITY_ARC_H
#define COMMON_ACQUIRE_IDENTITY_ARC_H

#include "common/acquire/http/http.h"

#define ARC_KEY_FOLDER "/var/opt/azcmagent/tokens/"
#define ARC_KEY_MAX    4096

/* Like retry_send, but answers the agent's challenge. Fails with ERROR_REFUSED too, if the
 * challenge names a file outside ARC_KEY_FOLDER, or one that is too large or not readable. */
bool arc_send(const struct http_request *request, int64_t deadline,
              struct http_response *ret_response, struct error *error);

#endif
