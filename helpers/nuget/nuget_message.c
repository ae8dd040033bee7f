/* SPDX-License-Identifier: MIT */
#include "helpers/nuget/nuget_message.h"

#include <string.h>

#include "common/base/array.h"
#include "common/base/guid.h"
#include "helpers/document.h"

#define VERSION_PARTS 3

/* ---- reading ---- */

static bool invalid(struct error *error, const char *why)
{
    error_set(error, ERROR_USAGE, "NuGet's message %s", why);
    return error_hint(error, "NuGet runs this program as a plugin, and sends it messages of "
                             "protocol version 2.0.0.");
}

static bool read_type(const char *name, enum nuget_type *ret_type)
{
    static const struct {
        const char *name;
        enum nuget_type type;
    } types[] = { { "Request", NUGET_REQUEST },
                  { "Response", NUGET_RESPONSE },
                  { "Fault", NUGET_FAULT },
                  { "Progress", NUGET_OTHER },
                  { "Cancel", NUGET_OTHER } };
    for (size_t i = 0; name != NULL && i < ARRAY_SIZE(types); i++) {
        if (strcmp(name, types[i].name) != 0)
            continue;
        *ret_type = types[i].type;
        return true;
    }
    return false;
}

static bool read_members(struct nuget_message *message, struct error *error)
{
    const json_object *object = message->object;
    json_object *payload = NULL;
    if (!json_object_is_type(object, json_type_object))
        return invalid(error, "is not a JSON object");
    message->request_id = json_string(object, "RequestId");
    if (message->request_id == NULL || message->request_id[0] == '\0' ||
        strlen(message->request_id) > NUGET_REQUEST_ID_MAX)
        return invalid(error, "has no RequestId, or one that is too long");
    if (!read_type(json_string(object, "Type"), &message->type))
        return invalid(error, "has an unknown Type");
    message->method = json_string(object, "Method");
    if (message->method == NULL)
        return invalid(error, "has no Method");
    json_object_object_get_ex(object, "Payload", &payload);
    if (payload != NULL && !json_object_is_type(payload, json_type_object))
        return invalid(error, "has a Payload that is not an object");
    message->payload = payload;
    return true;
}

bool nuget_message_parse(const char *line, size_t length, struct nuget_message *ret_message,
                         struct error *error)
{
    struct error why = { 0 };
    auto_nuget_message struct nuget_message message = { 0 };
    if (length > NUGET_LINE_MAX)
        return invalid(error, "is too long");
    message.object = json_parse(line, length, &why);
    if (message.object == NULL)
        return invalid(error, "is not valid JSON");
    if (!read_members(&message, error))
        return false;
    *ret_message = message;
    message.object = NULL;
    return true;
}

/* SetCredentials has the password of a proxy. */
void nuget_message_clear(struct nuget_message *message)
{
    json_wipe(message->object);
    message->object = NULL;
}

bool nuget_message_flag(const struct nuget_message *message, const char *name)
{
    json_object *value = NULL;
    return message->payload != NULL && json_object_object_get_ex(message->payload, name, &value) &&
           json_object_is_type(value, json_type_boolean) && json_object_get_boolean(value);
}

/* Reads the numbers of a version such as 2.0.0, and passes over what follows a hyphen. */
static bool read_version(const char *text, int ret_parts[VERSION_PARTS])
{
    for (int i = 0; i < VERSION_PARTS; i++) {
        size_t digits = text != NULL ? strspn(text, "0123456789") : 0;
        if (digits == 0 || digits > 4)
            return false;
        ret_parts[i] = 0;
        for (; digits > 0; digits--)
            ret_parts[i] = 10 * ret_parts[i] + *text++ - '0';
        if (i + 1 < VERSION_PARTS && *text++ != '.')
            return false;
    }
    return *text == '\0' || *text == '-' || *text == '+';
}

/* Below zero, zero or above it, as the version is below, at or above 2.0.0. */
static int compare_with_ours(const int parts[VERSION_PARTS])
{
    return parts[0] != 2 ? parts[0] - 2 : parts[1] != 0 ? 1 : parts[2];
}

bool nuget_handshake_fits(const struct nuget_message *request)
{
    int highest[VERSION_PARTS], least[VERSION_PARTS];
    return read_version(json_string(request->payload, "ProtocolVersion"), highest) &&
           read_version(json_string(request->payload, "MinimumProtocolVersion"), least) &&
           compare_with_ours(highest) >= 0 && compare_with_ours(least) <= 0;
}

/* ---- writing ---- */

/* A text as JSON. The caller releases it. */
static json_object *text_of(const char *text)
{
    return document_text(text);
}

static const char *json_of(json_object *value)
{
    return json_object_to_json_string_ext(value, JSON_LINE);
}

static struct secret *format(const char *request_id, const char *type, const char *method,
                             const char *payload)
{
    auto_json json_object *id = text_of(request_id), *name = text_of(method);
    return secret_format("{\"RequestId\":%s,\"Type\":\"%s\",\"Method\":%s,\"Payload\":%s}\n",
                         json_of(id), type, json_of(name), payload);
}

struct secret *nuget_reply(const struct nuget_message *request, const char *type,
                           const char *payload)
{
    return format(request->request_id, type, request->method, payload);
}

struct secret *nuget_reply_token(const struct nuget_message *request, const struct token *token)
{
    /* Not with json-c, which would leave copies of the token. Nothing here needs escaping. */
    auto_secret struct secret *payload =
        secret_format("{\"Username\":\"" NUGET_USERNAME "\",\"Password\":\"%s\","
                      "\"AuthenticationTypes\":[\"Basic\"],\"ResponseCode\":\"Success\"}",
                      token->access_token->bytes);
    return nuget_reply(request, "Response", payload->bytes);
}

struct secret *nuget_request(const char *method, const char *payload)
{
    struct guid id = { "entra" }; /* which will do as well */
    guid_make(&id);
    return format(id.text, "Request", method, payload);
}

struct secret *nuget_log(const char *level, const char *text)
{
    auto_json json_object *payload = json_object_new_object();
    document_add(payload, "LogLevel", level);
    document_add(payload, "Message", text);
    return nuget_request("Log", json_of(payload));
}
