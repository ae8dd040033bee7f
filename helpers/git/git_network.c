/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "helpers/git/git_network.h"

#include <stddef.h>
#include <string.h>

#include "common/base/array.h"
#include "common/base/deadline.h"
#include "common/base/environment.h"
#include "common/base/file.h"
#include "common/base/report.h"
#include "common/base/search_path.h"
#include "common/base/secret.h"
#include "common/base/subprocess.h"
#include "common/entra/child_environment.h"
#include "helpers/entra/setup/git_settings.h"

#define GIT_MILLISECONDS 5000
#define VALUE_MAX        4096

/* What is read, and git's variable that goes before it. */
static const struct {
    const char *key;
    const char *variable;
    size_t offset;
    enum { TEXT, FILE_PATH, FOLDER_PATH } kind;
} settings[] = {
#define MEMBER(name) offsetof(struct network_settings, name)
    { "http.proxy", NULL, MEMBER(proxy), TEXT },
    { "http.proxyAuthMethod", "GIT_HTTP_PROXY_AUTHMETHOD", MEMBER(proxy_method), TEXT },
    { "http.proxySSLCAInfo", "GIT_PROXY_SSL_CAINFO", MEMBER(proxy_ca_file), FILE_PATH },
    { "http.sslCAInfo", "GIT_SSL_CAINFO", MEMBER(ca_file), FILE_PATH },
    { "http.sslCAPath", "GIT_SSL_CAPATH", MEMBER(ca_folder), FOLDER_PATH },
};

/* ---- asking git ---- */

/* GIT_CONFIG would have git config read that file and no other. */
static bool keep_variable(const char *variable)
{
    return strncmp(variable, "GIT_CONFIG=", strlen("GIT_CONFIG=")) != 0 &&
           child_environment_without_secrets(variable);
}

/* Runs git config in no repository, whatever the working folder and git's variables say. Its answer
 * is empty if there is none. The caller frees the result with secret_free. */
static struct secret *ask_git(const char *type, const char *key, const char *url, int64_t deadline,
                              struct error *error)
{
    char *const command[] = { "git",       "--git-dir=/dev/null", "config",
                              "--null",    (char *)type,          "--get-urlmatch",
                              (char *)key, (char *)url,           NULL };
    int status = 0;
    char said[SUBPROCESS_SAID_MAX];
    auto_secret struct secret *answer =
        subprocess_ask(command, keep_variable, "/", GIT_CONFIG_MAX, deadline, &status, said, error);
    if (answer != NULL && (status == 0 || status == 1)) /* 1: nothing is set */
        return steal(&answer);
    if (answer != NULL)
        error_set(error, ERROR_USAGE,
                  "git does not say which proxy it uses (git config exited with %d)%s%s", status,
                  said[0] != '\0' ? ": " : "", said);
    return NULL;
}

/* git knows what ~ and %(prefix) stand for. */
static bool expand_path(const char *key, const char *url, int64_t deadline, char **path,
                        struct error *error)
{
    if ((*path)[0] == '/')
        return true;
    auto_secret struct secret *answer = ask_git("--type=path", key, url, deadline, error);
    if (answer == NULL)
        return false;
    free(*path);
    *path = answer->length > 0 ? strdup(answer->bytes) : NULL;
    return true;
}

/* ---- the settings ---- */

/* The value of a key in git's answer; NULL if it is not set or empty. */
static const char *find_value(const struct secret *answer, const char *key)
{
    struct git_line line = { 0 };
    const char *value = NULL;
    while (git_line_next(answer, &line))
        if (git_line_is(&line, line.key, key))
            value = line.value;
    return value != NULL && value[0] != '\0' ? value : NULL;
}

static bool find_setting(size_t i, const struct secret *answer, const char *url, int64_t deadline,
                         char **member, struct error *error)
{
    const char *key = settings[i].key;
    const char *from = environment(settings[i].variable) != NULL ? settings[i].variable : key;
    const char *value = from == key ? find_value(answer, key) : environment(from);
    if (value == NULL)
        return true;
    if (strlen(value) > VALUE_MAX)
        return error_set(error, ERROR_USAGE, "%s is longer than %d bytes", from, VALUE_MAX);
    *member = strdup(value);
    if (settings[i].kind == TEXT)
        return true;
    if (from == key && !expand_path(key, url, deadline, member, error))
        return false;
    return *member == NULL ||
           (settings[i].kind == FILE_PATH ? file_check_library(*member, from, "tls_ca_file", error)
                                          : file_check_absolute(*member, from, error));
}

static bool find_settings(const char *url, int64_t deadline, struct network_settings *ret_settings,
                          struct error *error)
{
    auto_network_settings struct network_settings found = { 0 };
    autofree char *git = search_path_find("git");
    int64_t soon = deadline_in(GIT_MILLISECONDS);
    int64_t until = soon < deadline ? soon : deadline;
    auto_secret struct secret *answer = git != NULL
                                            ? ask_git("--no-type", "http", url, until, error)
                                            : secret_new("", 0); /* another host tool than git */
    if (answer == NULL)
        return false;
    for (size_t i = 0; i < ARRAY_SIZE(settings); i++)
        if (!find_setting(i, answer, url, until,
                          (char **)(void *)((char *)&found + settings[i].offset), error))
            return false;
    *ret_settings = network_settings_steal(&found);
    return true;
}

const struct network_source git_network = { "--git-network", find_settings };
