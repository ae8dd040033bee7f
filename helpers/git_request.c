#include "helpers/git_request.h"

#include <inttypes.h>
#include <string.h>

/* Which attribute goes where. The last of several wins, as in git. */
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
    { "credential", offsetof(struct git_request, credential) },
};

static void take(struct git_request *request, const char *key, const char *value)
{
    if (strcmp(key, "capability[]") == 0) {
        /* An empty value empties the list. */
        request->wants_authtype =
            value[0] != '\0' && (request->wants_authtype || strcmp(value, "authtype") == 0);
        return;
    }
    for (size_t i = 0; i < sizeof attributes / sizeof attributes[0]; i++)
        if (strcmp(key, attributes[i].key) == 0)
            *(const char **)(void *)((char *)request + attributes[i].offset) = value;
    /* Attributes that are not known are for others, or for a later version. */
}

static bool check_complete(const struct git_request *request, struct error *error)
{
    bool has_parts = request->protocol != NULL || request->host != NULL || request->path != NULL;
    /* Which of the two counts, git decides by their order. */
    if (request->url != NULL)
        return !has_parts || error_set(error, ERROR_USAGE,
                                       "git's request names its place twice: by url, and by "
                                       "protocol, host or path");
    if (request->protocol == NULL || request->protocol[0] == '\0')
        return error_set(error, ERROR_USAGE, "git's request names no protocol");
    /* A certificate's password (protocol=cert) has none. */
    if (strncmp(request->protocol, "http", 4) == 0 &&
        (request->host == NULL || request->host[0] == '\0'))
        return error_set(error, ERROR_USAGE, "git's request names no host");
    return true;
}

bool git_request_parse(char *buffer, size_t length, struct git_request *request,
                       struct error *error)
{
    *request = (struct git_request){ 0 };
    if (length > GIT_INPUT_MAX)
        return error_set(error, ERROR_USAGE, "git's request is longer than %d bytes",
                         GIT_INPUT_MAX);
    /* A CR would end a line for other readers of it (CVE-2024-50338, CVE-2024-52006). */
    if (memchr(buffer, '\0', length) != NULL || memchr(buffer, '\r', length) != NULL)
        return error_set(error, ERROR_USAGE, "git's request has a NUL or a carriage return in it");
    buffer[length] = '\0';

    for (char *line = buffer; line[0] != '\0' && line[0] != '\n';) {
        size_t size = strcspn(line, "\n");
        bool last = line[size] == '\0';
        line[size] = '\0';
        char *equals = strchr(line, '=');
        if (size + 1 > GIT_LINE_MAX)
            return error_set(error, ERROR_USAGE, "git's request has a line of more than %d bytes",
                             GIT_LINE_MAX);
        if (equals == NULL)
            return error_set(error, ERROR_USAGE, "git's request has a line without '='");
        *equals = '\0';
        take(request, line, equals + 1);
        line += last ? size : size + 1;
    }
    return check_complete(request, error);
}

bool git_request_url(const struct git_request *request, struct url *url)
{
    struct error unused;
    if (request->url != NULL)
        return url_parse(request->url, strlen(request->url), url, &unused);
    return request->host != NULL &&
           url_from_parts(request->protocol, request->host, request->path, url, &unused);
}

/* Azure DevOps takes any user name that is not empty; a colon would end it in Basic (RFC 7617, 2).
 * The one that git asked with is kept, so that store and erase speak of the same credential. */
static const char *username_for(const struct git_request *request, const char *client_id)
{
    const char *names[] = { request->username, client_id };
    for (size_t i = 0; i < 2; i++)
        if (names[i] != NULL && names[i][0] != '\0' && strchr(names[i], ':') == NULL)
            return names[i];
    return "app";
}

struct secret *git_answer_format(const struct git_request *request,
                                 const struct token_request *token_request,
                                 const struct token *token)
{
    /* ephemeral: git need not offer it to the helpers to be kept, it is kept here. */
    if (request->wants_authtype)
        return secret_format("capability[]=authtype\nauthtype=Bearer\ncredential=%s\nephemeral=1\n"
                             "password_expiry_utc=%" PRId64 "\n",
                             token->access_token->bytes, token->expires_on);
    return secret_format("username=%s\npassword=%s\npassword_expiry_utc=%" PRId64 "\n",
                         username_for(request, token_request->client_id),
                         token->access_token->bytes, token->expires_on);
}
