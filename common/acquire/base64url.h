/* SPDX-License-Identifier: MIT */
/*
 * base64url without padding (RFC 7515, section 2).
 */
#ifndef COMMON_ACQUIRE_BASE64URL_H
#define COMMON_ACQUIRE_BASE64URL_H

#include <stddef.h>

#include "common/base/secret.h"

/* Encodes length bytes. The caller frees the result with secret_free. */
struct secret *base64url(const unsigned char *bytes, size_t length);

#endif
