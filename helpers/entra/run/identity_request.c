/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "helpers/entra/run/identity_request.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "common/base/array.h"

#define BAD_REQUEST        400
#define UNAUTHORIZED       401
#define FORBIDDEN          403
#define NOT_FOUND          404
#define METHOD_NOT_ALLOWED 405

/* The fields of a request that have one of these names (NULL ends them). */
struct found {
    const struct endpoint_field *field; /* the first; NULL: there is none */
    size_t count;
};

static struct found find(const struct endpoint_request *raw, bool is_header,
                         const char *const *names)
{
    struct found found = { 0 };
    for (; *names != NULL; names++)
        for (size_t i = 0; i < raw->count; i++) {
            const struct endpoint_field *field = &raw->fields[i];
            if (field->is_header != is_header ||
                (is_header ? strcasecmp : strcmp)(field->name, *names) != 0)
                continue;
            found.count++;
            if (found.field == NULL)
                found.field = field;
        }
    return found;
}

static struct found find_header(const struct endpoint_request *raw, const char *name)
{
    return find(raw, true, (const char *const[]){ name, NULL });
}

static struct found find_member(const struct endpoint_request *raw, const char *name)
{
    return find(raw, false, (const char *const[]){ name, NULL });
}

static bool is_text(const struct endpoint_field *field, const char *text)
{
    return field->value != NULL && field->length == strlen(text) &&
           memcmp(field->value, text, field->length) == 0;
}

/* ---- where it comes from ---- */

/* Whether a browser or a proxy may have sent the request, rather than the command. */
static bool is_led_here(const struct endpoint_request *raw, const struct identity_rules *rules)
{
    static const char *const led[] = { "Origin",    "X-Forwarded-For", "X-Forwarded-Host",
                                       "X-Real-IP", "Forwarded",       "Via",
                                       NULL };
    struct found host = find_header(raw, "Host");
    return host.count != 1 || !is_text(host.field, rules->host) || find(raw, true, led).count > 0;
}

static bool path_has_secret(const struct endpoint_request *raw, const struct identity_rules *rules)
{
    static const char before[] = IDENTITY_PATH "/";
    size_t length = strlen(before);
    return strncmp(raw->path, before, length) == 0 &&
           secret_equals(rules->secret, raw->path + length, strlen(raw->path + length));
}

static bool has_secret(const struct endpoint_request *raw, const struct identity_rules *rules)
{
    static const char *const names[] = { "X-IDENTITY-HEADER", "x-ms-identity", NULL };
    struct found secret = find(raw, true, names);
    if (secret.count == 0)
        return path_has_secret(raw, rules);
    return secret.count == 1 && secret.field->value != NULL &&
           secret_equals(rules->secret, secret.field->value, secret.field->length);
}

static bool has_body(const struct endpoint_request *raw)
{
    struct found length = find_header(raw, "Content-Length");
    return find_header(raw, "Transfer-Encoding").count > 0 ||
           (length.count > 0 && (length.count > 1 || !is_text(length.field, "0")));
}

/* ---- what is asked for ---- */

/* Copies the value of a member that may be an id or a URL. Returns false for anything else. */
static bool copy(const struct endpoint_field *field, char *text, size_t max)
{
    if (field->value == NULL || field->length == 0 || field->length > max)
        return false;
    for (size_t i = 0; i < field->length; i++)
        if (field->value[i] <= ' ' || field->value[i] > '~' || field->value[i] == '"' ||
            field->value[i] == '\\')
            return false;
    memcpy(text, field->value, field->length);
    text[field->length] = '\0';
    return true;
}

static bool read_version(const struct endpoint_request *raw, struct error *error)
{
    static const char *const versions[] = { "2019-08-01", "2018-02-01" };
    struct found version = find_member(raw, "api-version");
    for (size_t i = 0; version.count == 1 && i < ARRAY_SIZE(versions); i++)
        if (is_text(version.field, versions[i]))
            return true;
    return error_set(error, ERROR_USAGE, "the request has no api-version=2019-08-01");
}

static bool read_resource(const struct endpoint_request *raw, struct identity_request *request,
                          struct error *error)
{
    static const char suffix[] = "/.default";
    struct found resource = find_member(raw, "resource");
    if (resource.count != 1 || !copy(resource.field, request->resource, SCOPE_MAX))
        return error_set(error, ERROR_USAGE,
                         resource.count == 0 ? "the request has no resource"
                                             : "the resource of the request is not a URI or id");
    size_t length = strlen(request->resource), tail = strlen(suffix);
    if (length > tail && strcmp(request->resource + length - tail, suffix) == 0)
        request->resource[length - tail] = '\0';
    return true;
}

/* The members that name an identity; those of the same kind have the names of several SDKs. */
static const struct {
    const char *name;
    enum identity_id kind;
} ids[] = {
    { "client_id", IDENTITY_CLIENT_ID },    { "object_id", IDENTITY_OBJECT_ID },
    { "principal_id", IDENTITY_OBJECT_ID }, { "mi_res_id", IDENTITY_RESOURCE_ID },
    { "msi_res_id", IDENTITY_RESOURCE_ID },
};

static bool read_id(const struct endpoint_request *raw, struct identity_request *request,
                    struct error *error)
{
    for (size_t i = 0; i < ARRAY_SIZE(ids); i++) {
        struct found id = find_member(raw, ids[i].name);
        if (id.count == 0)
            continue;
        if (id.count > 1 || request->id_kind != IDENTITY_SYSTEM)
            return error_set(error, ERROR_USAGE, "the request names several identities");
        if (!copy(id.field, request->id, IDENTITY_ID_MAX))
            return error_set(error, ERROR_USAGE, "the request's %s is not an id", ids[i].name);
        request->id_kind = ids[i].kind;
    }
    return true;
}

bool identity_request_read(const struct endpoint_request *raw, const struct identity_rules *rules,
                           struct identity_request *ret_request, int *ret_status,
                           struct error *error)
{
    struct identity_request request = { .id_kind = IDENTITY_SYSTEM };
    *ret_status = FORBIDDEN;
    if (is_led_here(raw, rules))
        return error_set(error, ERROR_USAGE, "the request was not sent here by the command itself");
    *ret_status = UNAUTHORIZED;
    if (!has_secret(raw, rules))
        return error_set(error, ERROR_USAGE,
                         "the request does not have the value of IDENTITY_HEADER");
    *ret_status = METHOD_NOT_ALLOWED;
    if (strcmp(raw->method, "GET") != 0)
        return error_set(error, ERROR_USAGE, "tokens are requested by GET");
    *ret_status = NOT_FOUND;
    if (strcmp(raw->path, IDENTITY_PATH) != 0 && !path_has_secret(raw, rules))
        return error_set(error, ERROR_USAGE, "there is nothing but " IDENTITY_PATH);
    *ret_status = BAD_REQUEST;
    if (has_body(raw))
        return error_set(error, ERROR_USAGE, "the request has a body");
    if (!read_version(raw, error) || !read_resource(raw, &request, error) ||
        !read_id(raw, &request, error))
        return false;
    *ret_request = request;
    return true;
}
