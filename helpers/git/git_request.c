/* SPDX-License-Identifier: MIT */
#include "helpers/git/git_request.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/base/array.h"
#include "common/base/secret.h"
#include "helpers/git/git_bool.h"

/* If one is repeated, the last value counts, as in git. */
static const struct {
    const char *key;
    size_t offset;
} attributes[] = {
    { "protocol", offsetof(struct git_request, protocol) },
    { "host", offsetof(struct git_request, host) },
    { "path", offsetof(struct git_request, path) },
    { "url", offsetof(struct git_request, url) },
    { "username", offsetof(struct git_request, username) },
    { "password", offsetof(struct git_request, password) },
    { "authtype", offsetof(struct git_request, authtype) },
    { "credential", offsetof(struct git_request, credential) },
    { "password_expiry_utc", offsetof(struct git_request, password_expiry_utc) },
    { "oauth_refresh_token", offsetof(struct git_request, oauth_refresh_token) },
    { "ephemeral", offsetof(struct git_request, ephemeral) },
};

/* Attributes that may be repeated. */
static const struct {
    const char *key;
    size_t offset;
} lists[] = {
    { "wwwauth[]", offsetof(struct git_request, wwwauth) },
    { "state[]", offsetof(struct git_request, state) },
};

/* An empty value clears the list. */
static void add_item(struct git_list *list, const char *value)
{
    if (value[0] == '\0')
        list->count = 0;
    else if (list->count < GIT_LIST_MAX)
        list->items[list->count++] = value;
}

static void set_capability(struct git_request *request, const char *value)
{
    if (value[0] == '\0')
        request->takes_authtype = request->takes_state = false;
    else if (strcmp(value, "authtype") == 0)
        request->takes_authtype = true;
    else if (strcmp(value, "state") == 0)
        request->takes_state = true;
}

/* Unknown attributes are ignored, as git-credential(1) asks. */
static void set_attribute(struct git_request *request, const char *key, const char *value)
{
    char *base = (char *)request;
    if (strcmp(key, "capability[]") == 0)
        set_capability(request, value);
    for (size_t i = 0; i < ARRAY_SIZE(attributes); i++)
        if (strcmp(key, attributes[i].key) == 0)
            *(const char **)(void *)(base + attributes[i].offset) = value;
    for (size_t i = 0; i < ARRAY_SIZE(lists); i++)
        if (strcmp(key, lists[i].key) == 0)
            add_item((struct git_list *)(void *)(base + lists[i].offset), value);
}

/* ---- url beside protocol, host and path ---- */

static bool has_parts(const struct git_request *request)
{
    return request->protocol != NULL || request->host != NULL || request->path != NULL;
}

/* Parses the url attribute. Beside parts, which say what it is for, it may contain a user name, of
 * characters that no program takes for the end of it. */
static bool parse_named(const struct git_request *request, struct url *url)
{
    static const char user_characters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                          "0123456789-._~%:+";
    struct error unused;
    const char *mark = strstr(request->url, "://");
    const char *user = mark != NULL ? mark + strlen("://") : request->url;
    size_t length = mark != NULL && has_parts(request) ? strspn(user, user_characters) : 0;
    if (length == 0 || user[length] != '@')
        return url_parse(request->url, strlen(request->url), url, &unused);
    auto_secret struct secret *text =
        secret_format("%.*s%s", (int)(user - request->url), request->url, user + length + 1);
    return url_parse(text->bytes, text->length, url, &unused);
}

/* What the parts of the request are for, with the rest from a URL. */
static bool parse_parts(const struct git_request *request, const struct url *rest, struct url *url)
{
    struct error unused;
    char host[HOST_MAX + 8];
    const char *scheme = rest->https ? "https" : "http";
    snprintf(host, sizeof host, "%s:%u", rest->host, rest->port);
    return url_from_parts(request->protocol != NULL ? request->protocol : scheme,
                          request->host != NULL ? request->host : host, request->path, url,
                          &unused);
}

/* Whether two paths are the same but for slashes at their ends. */
static bool are_same_paths(const char *a, size_t length, const char *b)
{
    size_t length_b = strlen(b);
    while (length > 0 && a[length - 1] == '/')
        length--;
    while (length_b > 0 && b[length_b - 1] == '/')
        length_b--;
    return length == length_b && memcmp(a, b, length) == 0;
}

/* Whether the path attribute is that of the url attribute: decoded, as git has it, or as it is. */
static bool has_path_of_url(const struct git_request *request, const struct url *named)
{
    const char *path = request->path + (request->path[0] == '/');
    const char *mark = strstr(request->url, "://");
    const char *authority = mark != NULL ? mark + strlen("://") : "";
    const char *raw = authority + strcspn(authority, "/?#");
    raw += raw[0] == '/';
    return are_same_paths(named->path + 1, strlen(named->path + 1), path) ||
           are_same_paths(raw, strcspn(raw, "?#"), path);
}

/* Whether the url attribute names the same place as the other parts of the request. Otherwise,
 * which of them counts would depend on their order, and on the program. */
static bool check_url(const struct git_request *request, struct error *error)
{
    struct url named, parts;
    bool is_other = request->protocol != NULL && request->protocol[0] != '\0' &&
                    strncasecmp(request->protocol, "http", 4) != 0;
    if (!has_parts(request) || is_other)
        return true;
    if (parse_named(request, &named) && parse_parts(request, &named, &parts) &&
        parts.https == named.https && parts.port == named.port &&
        strcmp(parts.host, named.host) == 0 &&
        (request->path == NULL || has_path_of_url(request, &named)))
        return true;
    return error_set(error, ERROR_USAGE,
                     "git's request has a url that contradicts its protocol, host or path");
}

static bool check_complete(const struct git_request *request, struct error *error)
{
    if (request->url != NULL)
        return check_url(request, error);
    if (request->protocol == NULL || request->protocol[0] == '\0')
        return error_set(error, ERROR_USAGE, "git's request has no protocol");
    /* protocol=cert, for a certificate's password, has no host. */
    if (strncmp(request->protocol, "http", 4) == 0 &&
        (request->host == NULL || request->host[0] == '\0'))
        return error_set(error, ERROR_USAGE, "git's request has no host");
    return true;
}

/* A line of only a carriage return is empty to other programs; the parser refuses it. */
size_t git_request_end(const char *bytes, size_t length, size_t seen)
{
    for (size_t i = seen; i < length; i++) {
        size_t line_end = i > 0 && bytes[i - 1] == '\r' ? i - 1 : i;
        if (bytes[i] == '\n' && (line_end == 0 || bytes[line_end - 1] == '\n'))
            return i + 1;
    }
    return 0;
}

bool git_request_parse(char *buffer, size_t length, struct git_request *request,
                       struct error *error)
{
    *request = (struct git_request){ 0 };
    if (length > GIT_INPUT_MAX)
        return error_set(error, ERROR_USAGE, "git's request is longer than %d bytes",
                         GIT_INPUT_MAX);
    /* Other programs take a CR for the end of a line (CVE-2024-50338, CVE-2024-52006). */
    if (memchr(buffer, '\0', length) != NULL || memchr(buffer, '\r', length) != NULL)
        return error_set(error, ERROR_USAGE, "git's request contains a NUL or a carriage return");
    buffer[length] = '\0';

    for (char *line = buffer; line[0] != '\0' && line[0] != '\n';) {
        size_t size = strcspn(line, "\n");
        bool last = line[size] == '\0';
        line[size] = '\0';
        char *equals = strchr(line, '=');
        if (size + 1 > GIT_LINE_MAX)
            return error_set(error, ERROR_USAGE, "git's request has a line longer than %d bytes",
                             GIT_LINE_MAX);
        if (equals == NULL)
            return error_set(error, ERROR_USAGE, "git's request has a line without '='");
        *equals = '\0';
        set_attribute(request, line, equals + 1);
        line += last ? size : size + 1;
    }
    return check_complete(request, error);
}

bool git_request_url(const struct git_request *request, struct url *url)
{
    struct url named;
    struct error unused;
    if (request->url == NULL)
        return request->host != NULL &&
               url_from_parts(request->protocol, request->host, request->path, url, &unused);
    if (!has_parts(request))
        return parse_named(request, url);
    if (!parse_named(request, &named) || !parse_parts(request, &named, url))
        return false;
    if (request->path == NULL && strcmp(named.path, "/") != 0) {
        url->has_path = true;
        url->path_is_plain = named.path_is_plain;
        url->has_encoded_slash = named.has_encoded_slash;
        memcpy(url->path, named.path, sizeof url->path);
    }
    return true;
}

const char *git_request_account(const struct git_request *request)
{
    const char *name = request->username;
    const char *at = name != NULL ? strchr(name, '@') : NULL;
    return at != NULL && at != name && at[1] != '\0' ? name : NULL;
}

bool git_request_is_ephemeral(const struct git_request *request)
{
    return request->ephemeral != NULL && !git_bool_is_no(request->ephemeral);
}

/* A whole number of seconds; 0 if the text is not one. */
static int64_t seconds_of(const char *text)
{
    char *end = NULL;
    errno = 0;
    long long seconds = strtoll(text, &end, 10);
    return errno == 0 && end != text && *end == '\0' && seconds > 0 ? seconds : 0;
}

int64_t git_request_expiry(const struct git_request *request)
{
    return request->password_expiry_utc != NULL ? seconds_of(request->password_expiry_utc) : 0;
}

int64_t git_request_received(const struct git_request *request)
{
    size_t prefix = strlen(GIT_STATE_RECEIVED);
    for (size_t i = 0; i < request->state.count; i++)
        if (strncmp(request->state.items[i], GIT_STATE_RECEIVED, prefix) == 0)
            return seconds_of(request->state.items[i] + prefix);
    return 0;
}

int64_t git_request_refused(const struct git_request *request)
{
    return request->wwwauth.count > 0 ? git_request_received(request) : 0;
}
