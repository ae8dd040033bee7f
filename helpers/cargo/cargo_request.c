/* SPDX-License-Identifier: MIT */
#include "helpers/cargo/cargo_request.h"

#include <string.h>
#include <strings.h>

#include "common/base/array.h"
#include "common/base/text.h"

#define SPARSE "sparse+"

static bool invalid(struct error *error, const char *why)
{
    error_set(error, ERROR_USAGE, "Cargo's request %s", why);
    return error_hint(error, "Cargo runs this program as a credential-provider, and sends it "
                             "requests of protocol version 1.");
}

static enum cargo_kind kind_of(const char *name)
{
    static const struct {
        const char *name;
        enum cargo_kind kind;
    } kinds[] = { { "get", CARGO_GET }, { "login", CARGO_LOGIN }, { "logout", CARGO_LOGOUT } };
    for (size_t i = 0; name != NULL && i < ARRAY_SIZE(kinds); i++)
        if (strcmp(name, kinds[i].name) == 0)
            return kinds[i].kind;
    return CARGO_UNKNOWN;
}

/* The texts of an array, which may be absent. Returns false if it is not one of texts only. */
static bool read_texts(const json_object *object, const char *key, size_t max, const char **texts,
                       size_t *count)
{
    json_object *array = NULL;
    if (!json_object_object_get_ex(object, key, &array))
        return true;
    if (!json_object_is_type(array, json_type_array))
        return false;
    for (size_t i = 0; i < json_object_array_length(array); i++) {
        json_object *item = json_object_array_get_idx(array, i);
        const char *text =
            json_object_is_type(item, json_type_string) ? json_object_get_string(item) : NULL;
        if (text == NULL || strlen(text) != (size_t)json_object_get_string_len(item))
            return false;
        if (*count < max)
            texts[*count] = text;
        (*count)++;
    }
    return true;
}

static bool read_registry(const json_object *object, struct cargo_request *request,
                          struct error *error)
{
    json_object *registry = NULL;
    json_object_object_get_ex(object, "registry", &registry);
    request->index_url = json_string(registry, "index-url");
    if (request->index_url == NULL)
        return invalid(error, "has no index-url of a registry");
    if (!read_texts(registry, "headers", CARGO_HEADERS_MAX, request->headers,
                    &request->header_count))
        return invalid(error, "has headers that are not texts");
    if (request->header_count > CARGO_HEADERS_MAX)
        request->header_count = CARGO_HEADERS_MAX;
    return true;
}

static bool read_members(const json_object *object, struct cargo_request *request,
                         struct error *error)
{
    int64_t version = 0;
    if (!json_object_is_type(object, json_type_object))
        return invalid(error, "is not a JSON object");
    if (!json_int64(object, "v", &version) || version != 1)
        return invalid(error, "is not of protocol version 1");
    request->kind = kind_of(json_string(object, "kind"));
    request->has_token = json_object_object_get(object, "token") != NULL;
    if (!read_texts(object, "args", CARGO_ARGS_MAX, request->args, &request->arg_count) ||
        request->arg_count > CARGO_ARGS_MAX)
        return invalid(error, "has args that are not texts, or too many");
    return read_registry(object, request, error);
}

bool cargo_request_parse(const char *line, size_t length, struct cargo_request *ret_request,
                         struct error *error)
{
    struct error why = { 0 };
    auto_cargo_request struct cargo_request request = { 0 };
    if (length > CARGO_LINE_MAX)
        return invalid(error, "is too long");
    request.object = json_parse(line, length, &why);
    if (request.object == NULL)
        return invalid(error, "is not valid JSON");
    if (!read_members(request.object, &request, error))
        return false;
    *ret_request = request;
    request.object = NULL;
    return true;
}

const char *cargo_request_url(const struct cargo_request *request)
{
    const char *url = request->index_url;
    return strncmp(url, SPARSE, strlen(SPARSE)) == 0 ? url + strlen(SPARSE) : NULL;
}

char *cargo_request_challenge(const struct cargo_request *request)
{
    static const char name[] = "WWW-Authenticate:";
    char *joined = NULL;
    for (size_t i = 0; i < request->header_count; i++) {
        const char *header = request->headers[i];
        if (strncasecmp(header, name, strlen(name)) != 0)
            continue;
        autofree char *before = joined;
        joined = text_format("%s%s%s", before != NULL ? before : "", before != NULL ? "," : "",
                             header + strlen(name));
    }
    return joined;
}

/* `cargo login` may have sent a token. */
void cargo_request_clear(struct cargo_request *request)
{
    json_wipe(request->object);
    request->object = NULL;
}
