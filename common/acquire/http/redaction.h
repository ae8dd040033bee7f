/* SPDX-License-Identifier: MIT */
/*
 * Keeps secrets that were sent out of messages: an authority, an identity service or a proxy may
 * echo them. http_send redacts every response itself, so that no caller that quotes one can forget
 * to.
 */
#ifndef COMMON_ACQUIRE_HTTP_REDACTION_H
#define COMMON_ACQUIRE_HTTP_REDACTION_H

#include "common/acquire/http/http.h"

/* Replaces every secret of a request by asterisks in length bytes of text: the values of its secret
 * fields, what follows the scheme in a header (Bearer TOKEN), and the proxy's password. They are
 * found in plain text and in base64, each of them as it is, percent-encoded, form-encoded or
 * HTML-escaped, and all that within a JSON string or not. The beginning of a long secret is
 * replaced too. What is valid JSON remains valid. Call it before any text is cut out, because other
 * parts of a secret are not recognized. */
void redact(const struct http_request *request, char *text, size_t length);

/* As redact, for secrets that were not sent by http_send. */
void redact_fields(const struct http_field *fields, char *text, size_t length);

#endif
