/* SPDX-License-Identifier: MIT */
/*
 * Keeps what was sent out of what is shown: authorities, and what stands between, may echo it.
 */
#ifndef COMMON_ACQUIRE_HTTP_REDACTION_H
#define COMMON_ACQUIRE_HTTP_REDACTION_H

#include "common/acquire/http/http.h"

/* Puts asterisks in an answer's body in the place of the fields' secrets, as they are or written in
 * another way: in a form, or in JSON. It is done before anything is cut out of the body, since a
 * part of a secret is not recognized. The body's JSON means the same as before but for that, though
 * its escapes are written plainly now. */
void redact(const struct http_field *fields, struct secret *body);

#endif
