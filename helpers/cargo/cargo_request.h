/* SPDX-License-Identifier: MIT */
/*
 * What Cargo asks a credential provider, a line of JSON for each request. Pure functions on
 * buffers. The answers are in cargo_answer.h.
 *
 *     {"v":1,"kind":"get","operation":"read","args":[],"registry":{"name":"contoso",
 *      "index-url":"sparse+https://pkgs.dev.azure.com/contoso/_packaging/feed/Cargo/index/",
 *      "headers":["WWW-Authenticate: Bearer authorization_uri=https://..."]}}
 *
 * Source: The Cargo Book, "Credential Provider Protocol"; and Cargo's credential/cargo-credential
 * and src/cargo/util/auth, which say when it is sent.
 */
#ifndef HELPERS_CARGO_CARGO_REQUEST_H
#define HELPERS_CARGO_CARGO_REQUEST_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/cleanup.h"
#include "common/base/error.h"
#include "common/base/json.h"

/* The headers of the registry's answer are in the line. */
#define CARGO_LINE_MAX    (1024 * 1024)
#define CARGO_ARGS_MAX    64
#define CARGO_HEADERS_MAX 256

enum cargo_kind {
    CARGO_GET,
    CARGO_LOGIN,
    CARGO_LOGOUT,
    CARGO_UNKNOWN, /* of a newer Cargo */
};

struct cargo_request {
    enum cargo_kind kind;
    const char *index_url;
    bool has_token;                         /* a user gave `cargo login` a token */
    const char *args[CARGO_ARGS_MAX];       /* the provider's arguments in Cargo's configuration */
    size_t arg_count;                       /* and, with login, those that the user gave */
    const char *headers[CARGO_HEADERS_MAX]; /* "Name: value", of the registry's refusal */
    size_t header_count;

    json_object *object; /* owned; has the texts above */
};

/* Parses a line. Unknown members and operations are ignored; so are headers past the limit. The
 * caller clears *ret_request with cargo_request_clear. Fails with ERROR_USAGE if the line is not
 * valid JSON, not of protocol version 1, or lacks the registry's URL; the message has none of it.
 */
bool cargo_request_parse(const char *line, size_t length, struct cargo_request *ret_request,
                         struct error *error);

/* The URL of the registry's sparse index; NULL if it has another one: git fetches that, and asks
 * its own helpers. It points into the request. */
const char *cargo_request_url(const struct cargo_request *request);

/* The WWW-Authenticate fields of the registry's refusal, joined by commas, as one field (RFC 9110,
 * 5.3); NULL if there are none. The caller frees it. */
char *cargo_request_challenge(const struct cargo_request *request);

void cargo_request_clear(struct cargo_request *request);
#define auto_cargo_request CLEANUP(cargo_request_clear)

#endif
