/*
 * entra setup git: git's credential.* settings for the hosts that take our tokens.
 *
 *     credential.https://dev.azure.com.helper ''         (no other helper, for this host alone)
 *     credential.https://dev.azure.com.helper entra
 *     credential.https://dev.azure.com.useHttpPath true  (it is the path that names an
 * organization)
 *
 * They are added after what is there, and no line is changed. So --remove need not remember
 * anything: of what stands in the file, ours is the helper, the empty value before it and the
 * useHttpPath after it.
 */
#define _GNU_SOURCE
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "common/config/config.h"
#include "helpers/entra/setup.h"

#define PROGRAM         "git-credential-entra"
#define GIT_CONFIG_MAX  (1024 * 1024)
#define GIT_SETTING_MAX 256

/* The values that git's configuration has for one URL, in the order of the file. They lie in the
 * text of the configuration. */
struct setting {
    bool is_helper; /* else useHttpPath */
    const char *value;
};
struct settings {
    struct setting items[GIT_SETTING_MAX];
    size_t count;
    size_t ours; /* where our helper stands; count: it does not */
};

/* A setting's full name. NULL if there is no memory. */
static char *key_of(const char *url, const char *name)
{
    char *key = NULL;
    return asprintf(&key, "credential.%s.%s", url, name) < 0 ? NULL : key;
}

/* ---- our helper's line ---- */

/* Whether the name alone leads a shell to the program at this path. */
static bool is_in_path(const char *program)
{
    char found[PATH_MAX];
    const char *path = getenv("PATH");
    for (; path != NULL && path[0] != '\0'; path += path[0] == ':') {
        int length = (int)strcspn(path, ":");
        autofree char *candidate = NULL;
        if (asprintf(&candidate, "%.*s/" PROGRAM, length, path) < 0) {
            candidate = NULL;
            return false;
        }
        if (access(candidate, X_OK) == 0)
            return realpath(candidate, found) != NULL && strcmp(found, program) == 0;
        path += length;
    }
    return false;
}

/* What git is to run: the short name where that is enough, else a path, which git hands to a shell
 * where an exclamation mark stands before it. */
static char *helper_command(const struct options *options)
{
    char program[PATH_MAX] = "";
    char config[PATH_MAX];
    const char *words[SETUP_HANDED_ON_MAX + 1] = { "entra" };
    ssize_t length = readlink("/proc/self/exe", program, sizeof program - sizeof PROGRAM);
    char *slash = length > 0 ? strrchr(program, '/') : NULL;
    if (slash != NULL)
        memcpy(slash + 1, PROGRAM, sizeof PROGRAM);
    bool short_name = slash == NULL || is_in_path(program);
    if (!short_name)
        words[0] = program;
    setup_hand_on(options, config, words + 1);
    autofree char *line = setup_quote((char *const *)words);
    char *command = NULL;
    if (line == NULL || asprintf(&command, "%s%s", short_name ? "" : "!", line) < 0)
        return NULL;
    return command;
}

bool setup_git_is_helper(const char *value)
{
    const char *path = strstr(value, "/" PROGRAM);
    const char *after = path != NULL                      ? path + strlen("/" PROGRAM)
                        : strncmp(value, "entra", 5) == 0 ? value + 5
                                                          : "?";
    return *after == '\0' || *after == ' ' || *after == '\'';
}

/* ---- what git's configuration has ---- */

/* All of git's credential settings of this user: NAME LF VALUE NUL, and so on. */
static struct secret *read_settings(struct error *error)
{
    char *const command[] = { "git",          "config",         "--global", "--null",
                              "--get-regexp", "^credential\\.", NULL };
    return setup_look(command, GIT_CONFIG_MAX, error);
}

/* git shows section and variable in lower case; the URL between them as it stands in the file. */
static bool take_setting(struct settings *settings, const char *url, char *name, const char *value)
{
    const char *section = "credential.";
    size_t length = strlen(section) + strlen(url);
    bool is_for_url = strncmp(name, section, strlen(section)) == 0 &&
                      strncmp(name + strlen(section), url, strlen(url)) == 0 && name[length] == '.';
    bool is_helper = is_for_url && strcmp(name + length + 1, "helper") == 0;
    if (!is_helper && !(is_for_url && strcmp(name + length + 1, "usehttppath") == 0))
        return true;
    if (settings->count == GIT_SETTING_MAX)
        return false;
    settings->items[settings->count] = (struct setting){ is_helper, value };
    if (is_helper && setup_git_is_helper(value))
        settings->ours = settings->count;
    settings->count++;
    return true;
}

/* The empty helper, which takes those before it off the list. */
static bool is_reset(const struct setting *setting)
{
    return setting->is_helper && setting->value[0] == '\0';
}

static bool find_settings(const struct secret *text, const char *url, struct settings *settings,
                          struct error *error)
{
    *settings = (struct settings){ .ours = GIT_SETTING_MAX };
    for (const char *entry = text->bytes; entry < text->bytes + text->length;) {
        size_t length = strlen(entry);
        const char *end = strchrnul(entry, '\n');
        autofree char *name = strndup(entry, (size_t)(end - entry));
        if (name == NULL)
            return error_no_memory(error);
        if (!take_setting(settings, url, name, *end == '\n' ? end + 1 : ""))
            return error_set(error, ERROR_OTHER, "git has more than %d settings for %s",
                             GIT_SETTING_MAX, url);
        entry += length + 1;
    }
    if (settings->ours == GIT_SETTING_MAX)
        settings->ours = settings->count;
    return true;
}

/* ---- doing and undoing ---- */

static bool add(const struct options *options, const char *url, const char *name, const char *value,
                struct error *error)
{
    autofree char *key = key_of(url, name);
    char *const command[] = { "git", "config", "--global", "--add", key, (char *)value, NULL };
    return key != NULL ? setup_run(options, command, error) : error_no_memory(error);
}

static bool drop(const struct options *options, const char *url, const char *name,
                 const char *value, struct error *error)
{
    autofree char *key = key_of(url, name);
    char *const command[] = { "git",           "config", "--global",    "--unset-all",
                              "--fixed-value", key,      (char *)value, NULL };
    return key != NULL ? setup_run(options, command, error) : error_no_memory(error);
}

static bool drop_all(const struct options *options, const char *url, const char *name,
                     struct error *error)
{
    autofree char *key = key_of(url, name);
    char *const command[] = { "git", "config", "--global", "--unset-all", key, NULL };
    return key != NULL ? setup_run(options, command, error) : error_no_memory(error);
}

/* Whether git must tell the path: for dev.azure.com it names the organization, and below a base URL
 * with a path nothing else tells what is below it. */
static bool wants_path(const char *url)
{
    const char *host = strstr(url, "://");
    return strcmp(url, "https://dev.azure.com") == 0 ||
           (host != NULL && strchr(host + 3, '/') != NULL);
}

/* git drops a value wherever it stands, and the empty one before ours may not be the only one. All
 * helpers are then written anew, less ours. */
static bool rewrite_helpers(const struct options *options, const char *url,
                            const struct settings *settings, struct error *error)
{
    if (!drop_all(options, url, "helper", error))
        return false;
    for (size_t i = 0; i < settings->count; i++) {
        bool ours =
            i == settings->ours || (i + 1 == settings->ours && is_reset(&settings->items[i]));
        if (settings->items[i].is_helper && !ours &&
            !add(options, url, "helper", settings->items[i].value, error))
            return false;
    }
    return true;
}

static bool undo(const struct options *options, const char *url, const struct settings *settings,
                 struct error *error)
{
    size_t ours = settings->ours, empty = 0;
    if (ours == settings->count) {
        fprintf(stderr, "git is not set up for %s.\n", url);
        return true;
    }
    for (size_t i = 0; i < settings->count; i++)
        empty += is_reset(&settings->items[i]);
    bool reset = ours > 0 && is_reset(&settings->items[ours - 1]);
    if (empty > 1 || (empty == 1 && !reset)) {
        if (!rewrite_helpers(options, url, settings, error))
            return false;
    } else if (!drop(options, url, "helper", settings->items[ours].value, error) ||
               (reset && !drop(options, url, "helper", "", error))) {
        return false;
    }
    for (size_t i = ours + 1; i < settings->count; i++)
        if (!settings->items[i].is_helper)
            return drop_all(options, url, "useHttpPath", error);
    return true;
}

static bool set_up(const struct options *options, const char *url, const struct settings *settings,
                   struct error *error)
{
    bool is_told_path = false;
    autofree char *command = helper_command(options);
    if (command == NULL)
        return error_no_memory(error);
    if (settings->ours < settings->count) {
        if (strcmp(settings->items[settings->ours].value, command) == 0) {
            fprintf(stderr, "git is set up for %s already.\n", url);
            return true;
        }
        if (!undo(options, url, settings, error))
            return false;
    }
    for (size_t i = 0; i < settings->ours; i++)
        is_told_path = is_told_path || !settings->items[i].is_helper;
    return add(options, url, "helper", "", error) && add(options, url, "helper", command, error) &&
           (is_told_path || !wants_path(url) || add(options, url, "useHttpPath", "true", error));
}

/* ---- which URLs ---- */

/* A URL as git's settings name it, without the slash at its end. NULL if there is no memory. */
static char *without_slash(const char *url)
{
    size_t length = strlen(url);
    while (length > 0 && url[length - 1] == '/')
        length--;
    return strndup(url, length);
}

static bool set_up_url(const struct options *options, const char *text, struct error *error)
{
    autofree char *url = without_slash(text);
    auto_secret struct secret *settings_text = read_settings(error);
    struct settings settings;
    if (settings_text == NULL)
        return false;
    if (url == NULL)
        return error_no_memory(error);
    return find_settings(settings_text, url, &settings, error) &&
           (options->remove ? undo : set_up)(options, url, &settings, error);
}

/* A helper that would not answer for a URL is of no use there. */
static bool check_url(const struct config *config, const struct options *options, const char *text,
                      struct error *error)
{
    struct url url;
    bool has_scope;
    if (!url_parse(text, strlen(text), &url, error))
        return false;
    switch (config_find_url(config, options, &url, &has_scope, error)) {
    case CONFIG_MATCH:
        return true;
    case CONFIG_FAILED:
        return false;
    case CONFIG_NO_MATCH:
        break;
    }
    error_set(error, ERROR_USAGE, "no BaseUrl of the configuration covers %.200s", text);
    return error_hint(error, "An API with that BaseUrl belongs into the configuration first; see "
                             "entra-appsettings(5).");
}

static bool run(const struct options *options, int count, char **operands, struct error *error)
{
    const char *urls[CONFIG_BASE_URLS_MAX + 1];
    auto_config struct config *config = config_load(options, error);
    if (config == NULL)
        return false;
    for (int i = 0; i < count; i++)
        if (!options->remove && !check_url(config, options, operands[i], error))
            return false;
    for (int i = 0; i < count; i++)
        if (!set_up_url(options, operands[i], error))
            return false;
    if (count > 0)
        return true;
    if (!config_base_urls(config, options->api != NULL ? options->api : "AzureDevOps", urls, error))
        return false;
    for (size_t i = 0; urls[i] != NULL; i++)
        if (!set_up_url(options, urls[i], error))
            return false;
    return true;
}

bool setup_git(const struct options *options, int count, char **operands, struct error *error)
{
    return run(options, count, operands, error) || error_wanted(error, "git is not set up");
}
