/* SPDX-License-Identifier: MIT */
/*
 * Messages between NuGet and its plugins, protocol 2.0.0: an object in a line each, which both
 * sides send. Pure functions on buffers.
 *
 *     {"RequestId":"7f3c...","Type":"Request","Method":"GetAuthenticationCredentials",
 *      "Payload":{"Uri":"https://pkgs.dev.azure.com/...","IsRetry":false,
 *                 "IsNonInteractive":true,"CanShowDialog":false}}
 *     {"RequestId":"7f3c...","Type":"Response","Method":"GetAuthenticationCredentials",
 *      "Payload":{"Username":"...","Password":"TOKEN","AuthenticationTypes":["Basic"],
 *                 "ResponseCode":"Success"}}
 *
 * Source: Microsoft, "NuGet cross platform plugins" and "NuGet cross platform authentication
 * plugin"; NuGet.Client's NuGet.Protocol/Plugins, whose messages these are.
 */
#ifndef HELPERS_NUGET_NUGET_MESSAGE_H
#define HELPERS_NUGET_NUGET_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/cleanup.h"
#include "common/base/error.h"
#include "common/base/json.h"
#include "common/base/secret.h"
#include "common/entra/token.h"

/* GetOperationClaims may have the whole index of a source. */
#define NUGET_LINE_MAX       (4 * 1024 * 1024)
#define NUGET_REQUEST_ID_MAX 128

/* Azure Artifacts takes an Entra token as the password of any user; this one is Microsoft's. */
#define NUGET_USERNAME "VssSessionToken"

enum nuget_type {
    NUGET_REQUEST,
    NUGET_RESPONSE,
    NUGET_FAULT,
    NUGET_OTHER, /* Progress or Cancel, for what is answered already */
};

struct nuget_message {
    enum nuget_type type;
    const char *request_id;
    const char *method;
    const json_object *payload; /* an object; NULL: there is none */

    json_object *object; /* owned; has the above */
};

/* Parses a line. The caller clears *ret_message with nuget_message_clear. Fails with ERROR_USAGE if
 * it is not such a message; the error has none of it. */
bool nuget_message_parse(const char *line, size_t length, struct nuget_message *ret_message,
                         struct error *error);

void nuget_message_clear(struct nuget_message *message);
#define auto_nuget_message CLEANUP(nuget_message_clear)

/* A member of the payload that is true or false; false if there is none. */
bool nuget_message_flag(const struct nuget_message *message, const char *name);

/* Whether the other side of a handshake has version 2.0.0 of the protocol among those that it
 * takes. */
bool nuget_handshake_fits(const struct nuget_message *request);

/* The functions below format a line. The caller frees the result with secret_free.
 *
 * A message of this type, for what has this request's ID and method; payload is its JSON. */
struct secret *nuget_reply(const struct nuget_message *request, const char *type,
                           const char *payload);

/* The answer to GetAuthenticationCredentials with a token. */
struct secret *nuget_reply_token(const struct nuget_message *request, const struct token *token);

/* A request of our own, with a new ID. */
struct secret *nuget_request(const char *method, const char *payload);

/* A request to show a message, at one of NuGet's levels, such as "Warning". */
struct secret *nuget_log(const char *level, const char *text);

#endif
