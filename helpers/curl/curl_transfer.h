/* SPDX-License-Identifier: MIT */
/*
 * Transfers in a curl configuration (curl(1), -K):
 *
 *     url = "https://api.contoso.com/api/TodoList"
 *     globoff
 *     request = "POST"
 *     header = "Accept: application/json"
 *     oauth2-bearer = "TOKEN"
 *     next
 *     ...
 */
#ifndef HELPERS_CURL_CURL_TRANSFER_H
#define HELPERS_CURL_CURL_TRANSFER_H

#include "common/base/secret.h"
#include "common/config/config.h"

/* The transfers with one more after them: of this URL, which url_parse has accepted, with the
 * method and headers of the call, and this access token. The caller frees the result with
 * secret_free. */
struct secret *curl_transfer_append(const struct secret *transfers, const char *url,
                                    const struct config_call *call,
                                    const struct secret *access_token);

#endif
