/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "common/acquire/identity/arc.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "common/acquire/http/retry.h"

/* Returns the file in a challenge "Basic realm=FILE", or NULL if it is not of the form
 * /var/opt/azcmagent/tokens/NAME.key. No file outside that folder may be read, since its content is
 * sent over http. */
static const char *key_file(const char *challenge)
{
    const char *prefix = "Basic realm=";
    size_t folder = strlen(ARC_KEY_FOLDER);
    if (strncasecmp(challenge, prefix, strlen(prefix)) != 0)
        return NULL;
    const char *path = challenge + strlen(prefix);
    if (strncmp(path, ARC_KEY_FOLDER, folder) != 0)
        return NULL;
    size_t name = strspn(path + folder, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                        "0123456789-_.");
    size_t suffix = strlen(".key");
    bool ok = path[folder + name] == '\0' && name > suffix && path[folder] != '.' &&
              strcmp(path + folder + name - suffix, ".key") == 0;
    return ok ? path : NULL;
}

static struct secret *read_key(const char *challenge, struct error *error)
{
    const char *path = key_file(challenge);
    if (path == NULL) {
        error_set(
            error, ERROR_REFUSED,
            "Azure Arc's challenge was not answered: it names no key file in " ARC_KEY_FOLDER);
        return NULL;
    }
    struct stat status;
    autoclose int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    bool is_open = fd >= 0 && fstat(fd, &status) == 0;
    bool is_file = is_open && S_ISREG(status.st_mode);
    auto_secret struct secret *key = is_file ? secret_read(fd, ARC_KEY_MAX) : NULL;
    if (!is_open || (is_file && key == NULL)) {
        error_set(error, ERROR_REFUSED, "%s: %s", path, strerror(errno));
        if (errno == EACCES)
            error_hint(error, "Only root and members of the group himds can read it.");
        return NULL;
    }
    if (key == NULL || key->length == 0 || key->length > ARC_KEY_MAX ||
        strpbrk(key->bytes, "\r\n") != NULL || strlen(key->bytes) != key->length) {
        error_set(
            error, ERROR_REFUSED,
            "%s is not a key: it is no file, empty, more than one line, or longer than %d bytes",
            path, ARC_KEY_MAX);
        return NULL;
    }
    return steal(&key);
}

bool arc_send(const struct http_request *request, int64_t deadline,
              struct http_response *ret_response, struct error *error)
{
    if (!retry_send(request, deadline, ret_response, error))
        return false;
    if (ret_response->status != 401)
        return true;
    auto_secret struct secret *key = read_key(ret_response->www_authenticate, error);
    if (key == NULL)
        return false;
    auto_secret struct secret *authorization = secret_format("Basic %s", key->bytes);
    const struct http_field header[] = { { "Metadata", "true", false },
                                         { "Authorization", authorization->bytes, true },
                                         { NULL, NULL, false } };
    struct http_request answer = *request;
    answer.header = header;
    http_response_clear(ret_response);
    return retry_send(&answer, deadline, ret_response, error);
}
