/* SPDX-License-Identifier: MIT */
/*
 * Keeps secrets that were sent out of messages: an authority or a proxy may echo them.
 */
#ifndef COMMON_ACQUIRE_HTTP_REDACTION_H
#define COMMON_ACQUIRE_HTTP_REDACTION_H

#include "common/acquire/http/http.h"

/* Replaces the values of the secret fields in a response's body by asterisks, whether they appear
 * plain, form-encoded or JSON-escaped. Call it before any text is cut out of the body, because a
 * part of a secret is not recognized. The body remains the same JSON apart from that, but its
 * escapes are replaced by the characters that they stand for. */
void redact(const struct http_field *fields, struct secret *body);

#endif
