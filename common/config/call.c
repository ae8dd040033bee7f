/* SPDX-License-Identifier: MIT */
/* The HTTP call that an API's section describes, as Microsoft.Identity.Web's downstream API makes
 * it (GetApiUrl of AuthorizationHeaderProviderOptions, and DownstreamApi.cs). The configuration may
 * have any call made of its API; whoever gives a path may not leave the BaseUrl. What either says
 * becomes lines for a program, so every character of it is checked. */
#define _GNU_SOURCE
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "common/base/array.h"
#include "common/base/text.h"
#include "common/config/internal.h"

#define HEADER_NAME_MAX  128
#define HEADER_VALUE_MAX 4096
#define SHOWN_MAX        100 /* bytes of a path in messages */
#define LETTERS          "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
#define DIGITS           "0123456789"

static bool fail_at(const struct config *config, const struct config_path *path, const char *why,
                    struct error *error)
{
    char where[CONFIG_WHERE_MAX];
    return error_set(error, ERROR_USAGE, "%s: %s %s", config_where(config, path, where),
                     path->steps[path->depth - 1], why);
}

/* The text of a value, which belongs to it; NULL if it is none. */
static const char *text_of(json_object *value)
{
    const char *text = json_object_get_string(value);
    return json_object_is_type(value, json_type_string) &&
                   strlen(text) == (size_t)json_object_get_string_len(value)
               ? text
               : NULL;
}

/* ---- the URL ---- */

static void write_escape(FILE *stream, char c)
{
    fprintf(stream, "%%%02X", (unsigned)(unsigned char)c);
}

/* Writes a path and query, in which people write spaces and letters of all languages, as .NET's
 * URLs may have them. What else a URL cannot have is left for url_parse to refuse. */
static void write_path(FILE *stream, const char *path)
{
    for (; *path != '\0'; path++)
        if ((*path & 0x80) != 0 || strchr(" \"<>^`", *path) != NULL)
            write_escape(stream, *path);
        else
            fputc(*path, stream);
}

/* Writes a part of a query, as Uri.EscapeDataString does (RFC 3986, 2.3). */
static void write_parameter(FILE *stream, const char *text)
{
    for (; *text != '\0'; text++)
        if (strchr(LETTERS DIGITS "-._~", *text) == NULL)
            write_escape(stream, *text);
        else
            fputc(*text, stream);
}

static bool write_parameters(const struct config *config, const struct config_api *api,
                             bool has_query, FILE *stream, struct error *error)
{
    struct config_path path = config_path_to(&api->section.path, "ExtraQueryParameters");
    json_object *parameters = config_member(api->section.object, "ExtraQueryParameters");
    char separator = has_query ? '&' : '?';
    if (parameters == NULL)
        return true;
    json_object_object_foreach(parameters, name, value) {
        if (value == NULL) /* taken out of the machine's file */
            continue;
        const char *text = text_of(value);
        if (text == NULL || name[0] == '\0')
            return fail_at(config, &path, "must have names and texts", error);
        fputc(separator, stream);
        separator = '&';
        write_parameter(stream, name);
        fputc('=', stream);
        write_parameter(stream, text);
    }
    return true;
}

/* Of several built-in base URLs, the one that is a whole one. */
static const char *find_base(const struct config *config, const char *name,
                             const struct token_request *request, struct url *ret_base,
                             struct error *error)
{
    const char *bases[CONFIG_BASE_URLS_MAX + 1];
    if (!config_base_urls(config, name, request, bases, error))
        return NULL;
    for (size_t i = 0; bases[i] != NULL; i++) {
        struct error why = { 0 };
        if (!url_parse_base(bases[i], strlen(bases[i]), ret_base, &why)) {
            error_set(error, ERROR_USAGE, "the BaseUrl '%s' of %s cannot be used: %s",
                      url_shown(bases[i]).text, name, why.message);
            return NULL;
        }
        if (ret_base->host[0] != '*')
            return bases[i];
    }
    error_set(error, ERROR_USAGE, "the BaseUrl '%s' of %s is that of many hosts",
              url_shown(bases[0]).text, name);
    error_hint(error, "Give the whole URL.");
    return NULL;
}

/* Whether there is a scheme before the query. */
static bool is_like_url(const char *path)
{
    return memmem(path, strcspn(path, "?"), "://", 3) != NULL;
}

/* What is wrong with a path, which is the RelativePath if `from_section`. A query may have a secret
 * in it, and so may a URL; what else there is of a path is shown as it is. */
static bool fail_path(const struct config *config, const struct config_api *api, const char *path,
                      bool from_section, const char *fault, struct error *error)
{
    struct config_path setting = config_path_to(&api->section.path, "RelativePath");
    size_t length = strcspn(path, "?");
    autofree char *shown =
        is_like_url(path) ? strdup(url_shown(path).text)
                          : text_format("%.*s%s", (int)(length < SHOWN_MAX ? length : SHOWN_MAX),
                                        path, path[length] == '?' ? "?..." : "");
    autofree char *why = text_format("'%s' %s", shown, fault);
    if (from_section)
        return fail_at(config, &setting, why, error);
    return error_set(error, ERROR_USAGE, "the path %s", why);
}

/* What makes no URL of a path: one that looks like a URL was meant for another place. A fragment is
 * sent to no server, and the query that is appended would be part of it. */
static const char *path_fault(const char *path)
{
    return is_like_url(path)           ? "is not a path below a BaseUrl"
           : strchr(path, '#') != NULL ? "has a fragment"
                                       : NULL;
}

/* BaseUrl and path with one slash in between, and the query. */
static char *join(const struct config *config, const struct config_api *api, const char *base,
                  const char *path, struct error *error)
{
    char *text = NULL;
    size_t size = 0, length = strcspn(base, "?#");
    while (length > 0 && base[length - 1] == '/')
        length--;
    FILE *stream = open_memstream(&text, &size);
    fprintf(stream, "%.*s/", (int)length, base);
    write_path(stream, path + strspn(path, "/"));
    bool ok = write_parameters(config, api, strchr(path, '?') != NULL, stream, error);
    fclose(stream);
    if (ok)
        return text;
    free(text);
    return NULL;
}

static bool make_url(struct config *config, const struct config_api *api, const char *operand,
                     const struct token_request *request, struct config_call *call,
                     struct error *error)
{
    struct url base, url;
    bool from_section = operand == NULL;
    const char *path =
        from_section ? section_string(config, &api->section, "RelativePath", error) : operand;
    if (error->kind != ERROR_NONE)
        return false;
    if (path == NULL)
        path = "";
    if (path_fault(path) != NULL)
        return fail_path(config, api, path, from_section, path_fault(path), error);
    const char *text = find_base(config, api->name, request, &base, error);
    call->url = text != NULL ? join(config, api, text, path, error) : NULL;
    if (call->url == NULL)
        return false;
    struct error why = { 0 };
    if (!url_parse(call->url, strlen(call->url), &url, &why)) {
        autofree char *fault = text_format("cannot be used: %s", why.message);
        return fail_path(config, api, path, from_section, fault, error);
    }
    if (url_is_below(&url, &base))
        return true;
    autofree char *fault = text_format("leads to %s, which is not below the BaseUrl of %s",
                                       url_shown(call->url).text, api->name);
    fail_path(config, api, path, from_section, fault, error);
    return error_hint(error, "A path can neither leave the BaseUrl nor have segments that servers "
                             "read in different ways; see entra-appsettings(5).");
}

/* ---- method and headers ---- */

static bool find_method(const struct config *config, const struct config_api *api,
                        struct config_call *call, struct error *error)
{
    static const char *const methods[] = { "GET",   "HEAD",   "POST",   "PUT",
                                           "PATCH", "DELETE", "OPTIONS" };
    const char *name = section_string(config, &api->section, "HttpMethod", error);
    if (error->kind != ERROR_NONE)
        return false;
    call->method = name == NULL ? methods[0] : NULL;
    for (size_t i = 0; call->method == NULL && i < ARRAY_SIZE(methods); i++)
        if (strcasecmp(name, methods[i]) == 0)
            call->method = methods[i];
    struct config_path path = config_path_to(&api->section.path, "HttpMethod");
    return call->method != NULL ||
           fail_at(config, &path, "is none of GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS", error);
}

/* A token of RFC 9110, 5.6.2. */
static bool is_header_name(const char *name)
{
    size_t length = strspn(name, LETTERS DIGITS "!#$%&'*+-.^_`|~");
    return length > 0 && length <= HEADER_NAME_MAX && name[length] == '\0';
}

/* Visible ASCII, and spaces inside (RFC 9110, 5.5). */
static bool is_header_value(const char *value)
{
    size_t length = strlen(value);
    for (size_t i = 0; i < length; i++)
        if (value[i] < ' ' || value[i] > '~')
            return false;
    return length > 0 && length <= HEADER_VALUE_MAX && value[0] != ' ' && value[length - 1] != ' ';
}

/* Headers that name the caller or the host, the length of the message or what becomes of the
 * connection, and those that proxies set and servers believe. Microsoft.Identity.Web reserves most
 * of them (ReservedHeaderNames.cs). */
static bool is_reserved(const char *name)
{
    static const char *const names[] = {
        "Authorization", "Connection", "Content-Length", "Cookie",
        "Cookie2",       "Expect",     "Forwarded",      "Host",
        "Keep-Alive",    "TE",         "Trailer",        "Trailers",
        "Upgrade",       "Via",        "X-Original-URL", "X-Rewrite-URL",
    };
    static const char *const beginnings[] = {
        "HTTP2-", "Proxy-", "Transfer-", "X-Forwarded-", "X-MS-CLIENT-PRINCIPAL", "X-MS-TOKEN-"
    };
    for (size_t i = 0; i < ARRAY_SIZE(names); i++)
        if (strcasecmp(name, names[i]) == 0)
            return true;
    for (size_t i = 0; i < ARRAY_SIZE(beginnings); i++)
        if (strncasecmp(name, beginnings[i], strlen(beginnings[i])) == 0)
            return true;
    return false;
}

/* Values may be secrets, such as a subscription key, so they are in no message. */
static bool add_header(const struct config *config, const struct config_path *path,
                       const char *name, const char *value, struct config_call *call,
                       struct error *error)
{
    if (!is_header_name(name))
        return fail_at(config, path, "is not the name of a header", error);
    if (is_reserved(name))
        return fail_at(config, path, "is a header that cannot be set", error);
    if (value == NULL || !is_header_value(value))
        return fail_at(config, path, "must be visible ASCII without a space at an end", error);
    for (size_t i = 0; i < call->header_count; i++)
        if (strcasecmp(call->headers[i].name, name) == 0)
            return fail_at(config, path, "is a header that is set twice", error);
    if (call->header_count == CONFIG_HEADERS_MAX)
        return fail_at(config, path, "is one header too many", error);
    call->headers[call->header_count++] = (struct config_header){ name, value };
    return true;
}

static bool add_headers(const struct config *config, const struct config_api *api,
                        struct config_call *call, struct error *error)
{
    static const struct {
        const char *key, *header;
    } known[] = { { "AcceptHeader", "Accept" }, { "ContentType", "Content-Type" } };
    for (size_t i = 0; i < ARRAY_SIZE(known); i++) {
        struct config_path path = config_path_to(&api->section.path, known[i].key);
        const char *value = section_string(config, &api->section, known[i].key, error);
        if (error->kind != ERROR_NONE ||
            (value != NULL && !add_header(config, &path, known[i].header, value, call, error)))
            return false;
    }
    struct config_path path = config_path_to(&api->section.path, "ExtraHeaderParameters");
    json_object *extra = config_member(api->section.object, "ExtraHeaderParameters");
    if (extra == NULL)
        return true;
    json_object_object_foreach(extra, name, value) {
        struct config_path here = config_path_to(&path, name);
        if (name[0] == '\0')
            return fail_at(config, &path, "has a header without a name", error);
        if (value != NULL && !json_object_is_type(value, json_type_string))
            return fail_at(config, &here, "must be a string", error);
        if (value != NULL && !add_header(config, &here, name, text_of(value), call, error))
            return false;
    }
    return true;
}

static bool find_api(const struct config *config, struct config_api *ret_api, struct error *error)
{
    return config_find_api(config, config->options->api, ret_api, error) &&
           config_check_types_of_call(config, &ret_api->section, error);
}

bool config_check_call(const struct config *config, struct error *error)
{
    struct config_api unused;
    return find_api(config, &unused, error);
}

bool config_call(struct config *config, const char *path, const struct token_request *request,
                 struct config_call *ret_call, struct error *error)
{
    struct config_api api = { 0 };
    *ret_call = (struct config_call){ 0 };
    return find_api(config, &api, error) &&
           make_url(config, &api, path, request, ret_call, error) &&
           find_method(config, &api, ret_call, error) && add_headers(config, &api, ret_call, error);
}

void config_call_clear(struct config_call *call)
{
    free(call->url);
    *call = (struct config_call){ 0 };
}
