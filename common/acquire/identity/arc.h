/* SPDX-License-Identifier: MIT */
/*
 * Azure Arc's agent: it gives a token to who can read a file that it names in a challenge, which
 * only root and the group himds can. Microsoft's "Authenticate against Azure resources with Azure
 * Arc-enabled servers".
 */
#ifndef COMMON_ACQUIRE_IDENTITY_ARC_H
#define COMMON_ACQUIRE_IDENTITY_ARC_H

#include "common/acquire/http/http.h"

#define ARC_KEY_FOLDER "/var/opt/azcmagent/tokens/"
#define ARC_KEY_MAX    4096

/* As http_send, answering the agent's challenge. False also with ERROR_REFUSED where the challenge
 * names a file outside the agent's folder, or one too large or not readable. */
bool arc_send(const struct http_request *request, int64_t deadline, struct http_response *response,
              struct error *error);

#endif
