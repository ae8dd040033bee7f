/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "common/entra/url_typed.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/base/text.h"
#include "common/entra/organization.h"

/* No program takes any of these characters for the end of a user name. */
#define USER_CHARACTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~%+"

#define SSH_HOST "ssh." ORGANIZATION_HOST

void url_typed_clear(struct url_typed *typed)
{
    free(typed->text);
    free(typed->username);
    *typed = (struct url_typed){ 0 };
}

/* ---- with a user name ---- */

/* The parts of a URL before its host. */
struct user_info {
    size_t scheme; /* the length of the scheme, with its slashes; 0: there is none */
    size_t length; /* of user and password */
    bool is_there;
    bool has_password;
};

static struct user_info find_user_info(const char *text)
{
    struct user_info info = { .scheme = url_scheme_length(text) };
    const char *user = text + info.scheme;
    const char *at = memrchr(user, '@', strcspn(user, "/?#"));
    if (at == NULL)
        return info;
    info.is_there = true;
    info.length = (size_t)(at - user);
    info.has_password = memchr(user, ':', info.length) != NULL;
    return info;
}

/* The caller frees it. */
static char *decode(const char *text, size_t length)
{
    char *decoded = malloc(length + 1), *end = decoded;
    for (size_t i = 0; i < length; i++) {
        int high = text[i] == '%' && i + 2 < length ? text_hex_value(text[i + 1]) : -1;
        int low = high >= 0 ? text_hex_value(text[i + 2]) : -1;
        *end++ = low >= 0 ? (char)(high * 16 + low) : text[i];
        i += low >= 0 ? 2 : 0;
    }
    *end = '\0';
    return decoded;
}

/* git asks no helper for a URL with a password. */
static bool fail_password(const char *typed, struct error *error)
{
    error_set(error, ERROR_USAGE, "the URL contains a password");
    return error_hint(error,
                      "Give it without: %s. Other users of this machine may have seen the password "
                      "on the command line.",
                      url_shown(typed).text);
}

bool url_typed_split(const char *typed, struct url_typed *ret_typed, struct error *error)
{
    struct user_info info = find_user_info(typed);
    if (info.scheme > 0 && info.has_password)
        return fail_password(typed, error);
    const char *user = typed + info.scheme;
    bool is_taken = info.scheme > 0 && info.is_there && info.length > 0 &&
                    strspn(user, USER_CHARACTERS) == info.length;
    *ret_typed = (struct url_typed){ 0 };
    if (!is_taken) {
        ret_typed->text = strdup(typed);
        return true;
    }
    ret_typed->text = text_format("%.*s%s", (int)info.scheme, typed, user + info.length + 1);
    ret_typed->username = decode(user, info.length);
    return true;
}

bool url_typed_parse(const char *typed, struct url_typed *ret_typed, struct url *ret_url,
                     struct error *error)
{
    if (!url_typed_split(typed, ret_typed, error))
        return false;
    return url_parse(ret_typed->text, strlen(ret_typed->text), ret_url, error) ||
           url_typed_hint(typed, error);
}

/* The end of what may be a password, with characters that should be escaped; NULL if there is none.
 */
static const char *find_password_end(const char *typed)
{
    const char *user = typed + find_user_info(typed).scheme;
    size_t name = strspn(user, USER_CHARACTERS);
    bool is_word = user > typed || strpbrk(user, " \t\"'") == NULL;
    return user[name] == ':' && is_word ? strchr(user + name, '@') : NULL;
}

bool url_typed_has_password(const char *typed)
{
    const char *user = typed + find_user_info(typed).scheme, *end = find_password_end(typed);
    return end != NULL && memchr(user, '/', (size_t)(end - user)) == NULL &&
           strpbrk(typed, " \t\"'") == NULL;
}

const char *url_typed_safe(const char *typed, struct url_shown *room)
{
    if (find_password_end(typed) == NULL)
        return typed;
    *room = url_shown(typed);
    return room->text;
}

struct url_shown url_typed_shown(const char *typed)
{
    struct url_shown shown;
    if (url_scheme_length(typed) > 0 || find_password_end(typed) != NULL)
        return url_shown(typed);
    snprintf(shown.text, sizeof shown.text, "%.40s", typed);
    return shown;
}

/* ---- what was meant ---- */

/* Where the host of an ssh URL begins: ssh://[USER@]HOST/PATH, or as scp has it, USER@HOST:PATH.
 * NULL if it is none. */
static const char *find_ssh_host(const char *typed)
{
    struct user_info info = find_user_info(typed);
    const char *host = typed + info.scheme + (info.is_there ? info.length + 1 : 0);
    bool is_scp = info.scheme == 0 && info.is_there && !info.has_password &&
                  host[strcspn(host, ":/?#")] == ':';
    return is_scp || strncasecmp(typed, "ssh://", strlen("ssh://")) == 0 ? host : NULL;
}

/* Azure DevOps: git@ssh.dev.azure.com:v3/ORGANIZATION/PROJECT/REPOSITORY. The rest, after "v3/", is
 * in the repository's https URL. NULL if it is another host. */
static const char *find_ssh_repository(const char *host)
{
    static const char version[] = "v3/";
    size_t length = strlen(SSH_HOST);
    if (strncasecmp(host, SSH_HOST, length) != 0 || (host[length] != ':' && host[length] != '/'))
        return NULL;
    const char *path = host + length + 1;
    return strncmp(path, version, strlen(version)) == 0 ? path + strlen(version) : NULL;
}

static bool hint_at_https(const char *host, struct error *error)
{
    static const char what[] = "For ssh, git takes a key and asks no credential helper.";
    const char *path = find_ssh_repository(host);
    const char *slash = path != NULL ? strrchr(path, '/') : NULL;
    struct url url;
    struct error unused;
    autofree char *https = slash != NULL ? text_format("https://" ORGANIZATION_HOST "/%.*s/_git%s",
                                                       (int)(slash - path), path, slash)
                                         : NULL;
    if (https != NULL && url_parse(https, strlen(https), &url, &unused))
        return error_hint(error, "%s The https URL is %.200s.", what, url_shown(https).text);
    return error_hint(error, "%s Give the https URL.", what);
}

/* Whether https:// alone is missing. A single word is no host of ours. */
static bool is_without_scheme(const char *rest)
{
    struct url url;
    struct error unused;
    autofree char *https = text_format("https://%s", rest);
    return url_parse(https, strlen(https), &url, &unused) && strchr(url.host, '.') != NULL;
}

bool url_typed_hint(const char *typed, struct error *error)
{
    struct user_info info = find_user_info(typed);
    const char *ssh_host = find_ssh_host(typed);
    const char *rest = typed + info.scheme + (info.is_there ? info.length + 1 : 0);
    if (ssh_host != NULL)
        return hint_at_https(ssh_host, error);
    if (strchr(rest, '@') != NULL) /* url_shown takes it for the end of a password */
        return false;
    if (info.scheme == 0 && is_without_scheme(rest))
        return error_hint(error, "Did you mean https://%s?", url_shown(rest).text);
    if (info.scheme > 0 && info.is_there)
        return error_hint(error, "Give it without: %s", url_shown(typed).text);
    return false;
}
