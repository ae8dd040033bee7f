/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "tests/unit/support.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILES_MAX 8

void assert_has_at(const char *text, const char *part, const char *file, int line)
{
    if (strstr(text, part) != NULL)
        return;
    print_error("\"%s\" has no \"%s\"\n", text, part);
    _fail(file, line);
}

void assert_lacks_at(const char *text, const char *part, const char *file, int line)
{
    if (strstr(text, part) == NULL)
        return;
    print_error("\"%s\" has \"%s\"\n", text, part);
    _fail(file, line);
}

void assert_error_at(const struct error *error, enum error_kind kind, const char *part,
                     const char *file, int line)
{
    if (error->kind != kind) {
        print_error("error of kind %d, not %d: \"%s\"\n", error->kind, kind, error->message);
        _fail(file, line);
    }
    assert_has_at(error->message, part, file, line);
}

void assert_between_at(int64_t number, int64_t least, int64_t most, const char *file, int line)
{
    if (number >= least && number <= most)
        return;
    print_error("%" PRId64 " is not between %" PRId64 " and %" PRId64 "\n", number, least, most);
    _fail(file, line);
}

/* A test cannot continue without memory. */
static void *require(void *memory)
{
    if (memory == NULL)
        abort();
    return memory;
}

char *json_text(const char *text)
{
    char *json = require(strdup(text));
    for (char *c = json; *c != '\0'; c++)
        if (*c == '\'')
            *c = '"';
    return json;
}

char *json_bytes(const char *text, size_t *length)
{
    char *json = json_text(text);
    *length = strlen(json);
    json[*length] = '}';
    return json;
}

char *repeated(char character, size_t length)
{
    char *text = require(malloc(length + 1));
    memset(text, character, length);
    text[length] = '\0';
    return text;
}

/* A descriptor of a file in memory, which looks like a regular file. */
static int memory_file(const char *bytes, size_t length, mode_t mode)
{
    int fd = memfd_create("test", MFD_CLOEXEC);
    if (fd < 0 || write(fd, bytes, length) != (ssize_t)length || fchmod(fd, mode) != 0)
        abort();
    return fd;
}

const char *file_of_bytes(const char *bytes, size_t length, mode_t mode)
{
    static struct {
        int fd;
        char path[40];
    } files[FILES_MAX];
    static size_t next;
    size_t slot = next++ % FILES_MAX;
    if (files[slot].path[0] != '\0')
        close(files[slot].fd);
    files[slot].fd = memory_file(bytes, length, mode);
    snprintf(files[slot].path, sizeof files[slot].path, "/proc/self/fd/%d", files[slot].fd);
    return files[slot].path;
}

const char *file_of(const char *text)
{
    char *json = json_text(text);
    const char *path = file_of_bytes(json, strlen(json), 0600);
    free(json);
    return path;
}

static char folder[] = "/tmp/entra-unit-......";

int make_folder(void **state)
{
    (void)state;
    memset(strchr(folder, '.'), 'X', 6);
    return mkdtemp(folder) != NULL ? 0 : -1;
}

static int remove_one(const char *path, const struct stat *status, int kind, struct FTW *where)
{
    (void)status, (void)kind, (void)where;
    return remove(path);
}

int remove_folder(void **state)
{
    (void)state;
    return nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

const char *below(const char *path)
{
    static char paths[4][128];
    static size_t next;
    char *whole = paths[next++ % 4];
    snprintf(whole, sizeof paths[0], "%s/%s", folder, path);
    return whole;
}

void make_runtime_folder(void)
{
    static unsigned count;
    char name[16];
    snprintf(name, sizeof name, "%u", count++);
    const char *path = below(name);
    if (mkdir(path, 0700) != 0 || setenv("XDG_RUNTIME_DIR", path, 1) != 0)
        abort();
}

int clear_environment(void **state)
{
    (void)state;
    clearenv();
    return setenv("LC_ALL", "C", 1); /* not clearenv, which leaves no environment at all */
}

static struct {
    int fd;    /* the descriptor that is caught */
    int saved; /* the original descriptor */
    int into;
} redirection;

void catch_output(int fd)
{
    fflush(NULL);
    redirection.fd = fd;
    redirection.saved = dup(fd);
    redirection.into = memory_file("", 0, 0600);
    if (redirection.saved < 0 || dup2(redirection.into, fd) < 0)
        abort();
}

const char *caught_output(void)
{
    static char text[16384];
    fflush(NULL);
    dup2(redirection.saved, redirection.fd);
    close(redirection.saved);
    ssize_t length = pread(redirection.into, text, sizeof text - 1, 0);
    close(redirection.into);
    text[length > 0 ? length : 0] = '\0';
    return text;
}

/* Makes the request for a URL, or, if that is NULL, for the API of the options or else this
 * one. */
static void make(struct asked *asked, struct config *config, const char *api, const char *url)
{
    struct url parsed;
    struct error why;
    if (url == NULL)
        asked->match = config_request(config, api, &asked->candidates, &asked->error)
                           ? CONFIG_MATCH
                           : CONFIG_FAILED;
    else if (url_parse(url, strlen(url), &parsed, &why))
        asked->match = config_request_for_url(config, &parsed, &asked->candidates, &asked->error);
    asked->request = asked->candidates.items[0];
}

static struct asked ask_any(const char *text, struct options options,
                            const struct config_context *context, const char *api, const char *url)
{
    struct asked asked = { .match = CONFIG_FAILED };
    if (text != NULL)
        options.config = file_of(text);
    catch_output(STDERR_FILENO);
    auto_config struct config *config = config_load(&options, context, &asked.error);
    if (config != NULL)
        make(&asked, config, api, url);
    asked.ok = asked.match == CONFIG_MATCH;
    snprintf(asked.said, sizeof asked.said, "%s", caught_output());
    return asked;
}

struct asked ask(const char *text, struct options options)
{
    return ask_any(text, options, NULL, NULL, NULL);
}

struct asked ask_with(const char *text, struct options options,
                      const struct config_context *context)
{
    return ask_any(text, options, context, NULL, NULL);
}

struct asked ask_or_else(const char *text, struct options options, const char *api)
{
    return ask_any(text, options, NULL, api, NULL);
}

struct asked ask_for_url(const char *text, struct options options, const char *url)
{
    return ask_any(text, options, NULL, NULL, url);
}

struct asked ask_for_url_with(const char *text, const struct config_context *context,
                              const char *url)
{
    return ask_any(text, (struct options){ 0 }, context, NULL, url);
}

void asked_clear(struct asked *asked)
{
    token_candidates_clear(&asked->candidates);
}

struct place place;

static bool place_fails(const struct keyring_key *key, int64_t deadline, struct error *error)
{
    place.key = *key;
    place.deadline = deadline;
    if (place.answer != KEYRING_FAILED && place.answer != KEYRING_ABSENT)
        return false;
    error_set(error, ERROR_KEYRING, "the keyring is locked");
    error_known_as(error, place.code != NULL ? place.code : "");
    return true;
}

static enum keyring_answer place_lookup(const struct keyring_key *key, int64_t deadline,
                                        struct secret **record, struct error *error)
{
    place.lookups++;
    if (place_fails(key, deadline, error))
        return place.answer;
    bool is_empty = place.record == NULL;
    if (!is_empty)
        *record = secret_new(place.record->bytes, place.record->length);
    void (*then)(void) = place.after_lookup;
    place.after_lookup = NULL;
    if (then != NULL)
        then();
    return is_empty ? KEYRING_NOTHING : KEYRING_FOUND;
}

static bool place_store(const struct keyring_key *key, const char *label,
                        const struct secret *record, int64_t expires_on, int64_t deadline,
                        struct error *error)
{
    place.stores++;
    if (place_fails(key, deadline, error))
        return false;
    if (place.is_full)
        return error_set(error, ERROR_KEYRING, "the keyring is full");
    place_put(record->bytes, record->length);
    snprintf(place.label, sizeof place.label, "%s", label);
    place.expires_on = expires_on;
    return true;
}

static bool place_erase(const struct keyring_key *key, int64_t deadline, struct error *error)
{
    place.erasures++;
    if (place_fails(key, deadline, error))
        return false;
    secret_free(steal(&place.record));
    return true;
}

static enum keyring_answer place_list(const struct keyring_key *key, int64_t deadline,
                                      struct keyring_list *list, struct error *error)
{
    if (place_fails(key, deadline, error))
        return KEYRING_FAILED;
    list->items = require(calloc(1, sizeof *list->items));
    list->count = place.record != NULL ? 1 : 0;
    if (place.record != NULL)
        list->items[0].record = secret_new(place.record->bytes, place.record->length);
    return KEYRING_FOUND;
}

static bool place_erase_item(const struct keyring_item *item, int64_t deadline, struct error *error)
{
    static const struct keyring_key any;
    (void)item;
    return place_erase(&any, deadline, error);
}

const struct keyring keyring_place = { "place",          place_lookup, place_store, place_erase,
                                       place_erase_item, place_list,   place_list,  NULL };

void place_clear(void)
{
    secret_free(place.record);
    place = (struct place){ 0 };
}

void place_put(const char *bytes, size_t length)
{
    secret_free(place.record);
    place.record = require(secret_new(bytes, length));
}
