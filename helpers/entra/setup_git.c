/*
 * entra setup git: git's credential.* settings for the hosts that take our tokens.
 *
 *     credential.https://dev.azure.com.helper ''         (no other helper, for this host alone)
 *     credential.https://dev.azure.com.helper entra
 *     credential.https://dev.azure.com.useHttpPath true  (the path names an organization)
 *
 * They are added after what is there, and no line is changed. So --remove need not remember
 * anything: of what stands in the file, ours is the helper, the empty value before it and the
 * useHttpPath after it.
 *
 * git goes by the order of the file: a general helper that stands after ours is given the token
 * too, and an empty one takes ours off the list. git adds to a section where that stands, so where
 * the host has one before the general helper, ours are put into another, which is new and so the
 * last: to git, https://dev.azure.com/ is the same URL.
 */
#define _GNU_SOURCE
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "common/config/config.h"
#include "helpers/entra/git_section.h"
#include "helpers/entra/setup.h"

#define PROGRAM   "git-credential-entra"
#define SPELLINGS 2

/* A URL, its section as people write it, and the other one. */
struct place {
    char *urls[SPELLINGS];
    struct git_section sections[SPELLINGS];
    struct secret *text; /* in which their values lie */
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
    return strcasecmp(url, "https://dev.azure.com") == 0 ||
           (host != NULL && strchr(host + 3, '/') != NULL);
}

/* Of several empty values git would drop all, so then all stay. */
static bool undo(const struct options *options, const char *url, const struct git_section *section,
                 struct error *error)
{
    size_t ours = section->ours, empty = 0;
    if (ours == section->count)
        return true;
    for (size_t i = 0; i < section->count; i++)
        empty += git_setting_is_reset(&section->items[i]);
    bool reset = empty == 1 && ours > 0 && git_setting_is_reset(&section->items[ours - 1]);
    if (!drop(options, url, "helper", section->items[ours].value, error) ||
        (reset && !drop(options, url, "helper", "", error)))
        return false;
    for (size_t i = ours + 1; i < section->count; i++)
        if (section->items[i].variable == GIT_USE_HTTP_PATH)
            return drop_all(options, url, "useHttpPath", error);
    return true;
}

static bool undo_all(const struct options *options, const struct place *place, struct error *error)
{
    for (size_t i = 0; i < SPELLINGS; i++)
        if (!undo(options, place->urls[i], &place->sections[i], error))
            return false;
    return true;
}

static bool is_set_up(const struct place *place, const char *command)
{
    for (size_t i = 0; i < SPELLINGS; i++) {
        const struct git_section *section = &place->sections[i];
        if (section->ours < section->count && !section->is_overtaken &&
            strcmp(section->items[section->ours].value, command) == 0)
            return true;
    }
    return false;
}

static bool set_up(const struct options *options, const struct place *place, struct error *error)
{
    bool is_told_path = false;
    autofree char *command = helper_command(options);
    if (command == NULL)
        return error_no_memory(error);
    if (is_set_up(place, command)) {
        fprintf(stderr, "git is set up for %s already.\n", place->urls[0]);
        return true;
    }
    for (size_t i = 0; i < SPELLINGS; i++)
        for (size_t k = 0; k < place->sections[i].ours; k++)
            is_told_path =
                is_told_path || place->sections[i].items[k].variable == GIT_USE_HTTP_PATH;
    const char *url = place->urls[git_section_is_taken(&place->sections[0])];
    return undo_all(options, place, error) && add(options, url, "helper", "", error) &&
           add(options, url, "helper", command, error) &&
           (is_told_path || !wants_path(place->urls[0]) ||
            add(options, url, "useHttpPath", "true", error));
}

static bool remove_again(const struct options *options, const struct place *place,
                         struct error *error)
{
    bool is_there = false;
    for (size_t i = 0; i < SPELLINGS; i++)
        is_there = is_there || place->sections[i].ours < place->sections[i].count;
    if (!is_there)
        fprintf(stderr, "git is not set up for %s.\n", place->urls[0]);
    return undo_all(options, place, error);
}

/* ---- which URLs ---- */

static void free_place(struct place *place)
{
    for (size_t i = 0; i < SPELLINGS; i++)
        free(place->urls[i]);
    secret_free(place->text);
}

/* Fills the place of a URL, which git's settings name without query and fragment. */
static bool find_place(const char *url, struct place *place, struct error *error)
{
    int length = (int)strcspn(url, "?#");
    while (length > 0 && url[length - 1] == '/')
        length--;
    for (size_t i = 0; i < SPELLINGS; i++)
        if (asprintf(&place->urls[i], "%.*s%s", length, url, i == 0 ? "" : "/") < 0) {
            place->urls[i] = NULL;
            error_no_memory(error);
            return false;
        }
    place->text = git_section_read(false, error);
    auto_secret struct secret *all = place->text != NULL ? git_section_read(true, error) : NULL;
    for (size_t i = 0; i < SPELLINGS; i++) {
        struct git_section with_includes;
        if (all == NULL || !git_section_find(all, place->urls[i], &with_includes, error) ||
            !git_section_find(place->text, place->urls[i], &place->sections[i], error))
            return false;
        place->sections[i].is_overtaken = with_includes.is_overtaken;
    }
    return true;
}

static bool set_up_url(const struct options *options, const char *url, struct error *error)
{
    CLEANUP(free_place) struct place place = { 0 };
    return find_place(url, &place, error) &&
           (options->remove ? remove_again : set_up)(options, &place, error);
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
