/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "keyring/runtime.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "common/base/json.h"
#include "common/base/runtime_folder.h"

#define FILE_MAX (KEYRING_RECORD_MAX + 8192)

/* The format of a file: a line of JSON, {"label": ..., "expires_on": ..., "attributes": {...}},
 * followed by the record. */

/* Always returns false. */
static bool fail(struct error *error)
{
    return error_set(error, ERROR_KEYRING, "the keyring 'runtime' failed: %s", strerror(errno));
}

/* Opens the folder. Returns -1 with an error if there is none in memory. */
static int open_folder(struct error *error)
{
    int folder = runtime_folder_open_in_memory();
    if (folder < 0 && errno != ENOENT) {
        fail(error);
    } else if (folder < 0) {
        error_set(error, ERROR_KEYRING,
                  "there is no private folder in memory (a tmpfs) for the keyring 'runtime'");
        error_known_as(error, "keyring_no_folder");
    }
    return folder;
}

static struct runtime_name item_name(const struct keyring_key *key)
{
    const char *texts[2 * KEYRING_ATTRIBUTES_MAX + 1] = { NULL };
    for (size_t i = 0; i < KEYRING_ATTRIBUTES_MAX && key->attributes[i].name != NULL; i++) {
        texts[2 * i] = key->attributes[i].name;
        texts[2 * i + 1] = key->attributes[i].value;
    }
    return runtime_name(RUNTIME_KEPT, texts);
}

/* Whether there is nothing of ours under a name that could not be opened: no file, or a link. */
static bool is_nothing(int code)
{
    return code == ENOENT || code == ELOOP;
}

/* Reads the header and the record of a file. Deletes the file if it has expired, or if it has no
 * header: nobody can tell any more whose it is, so no sign-out would find it. Finds nothing if it
 * is deleted, or does not match the key. *ret_record stays NULL if the record is damaged. A file
 * that cannot be read is not missing: a caller that took it for that could put something worse in
 * its place. */
static enum keyring_answer read_file(int folder, const char *name, const struct keyring_key *key,
                                     json_object **ret_header, struct secret **ret_record,
                                     struct error *error)
{
    struct error unused;
    int64_t expires_on = 0;
    json_object *attributes = NULL;
    autoclose int fd = -1;
    auto_secret struct secret *text = runtime_read_open(folder, name, FILE_MAX, &fd);
    if (text == NULL && is_nothing(errno))
        return KEYRING_NOTHING;
    if (text == NULL) {
        fail(error);
        return KEYRING_FAILED;
    }
    const char *end = text->length <= FILE_MAX ? memchr(text->bytes, '\n', text->length) : NULL;
    auto_json json_object *read =
        end != NULL ? json_parse(text->bytes, (size_t)(end - text->bytes), &unused) : NULL;
    bool is_whole = json_object_object_get_ex(read, "attributes", &attributes) &&
                    json_object_is_type(attributes, json_type_object) &&
                    json_int64(read, "expires_on", &expires_on);
    if (!is_whole)
        trace("keyring: %s is deleted: its header cannot be read", name);
    if (!is_whole || (expires_on > 0 && expires_on <= time(NULL))) {
        runtime_remove(folder, name, fd);
        return KEYRING_NOTHING;
    }
    if (!keyring_key_is_in(key, attributes))
        return KEYRING_NOTHING;
    size_t length = text->length - (size_t)(end + 1 - text->bytes);
    if (length > 0 && length <= KEYRING_RECORD_MAX)
        *ret_record = secret_new(end + 1, length);
    *ret_header = steal(&read);
    return KEYRING_FOUND;
}

static enum keyring_answer lookup(const struct keyring_key *key, int64_t deadline,
                                  struct secret **ret_record, struct error *error)
{
    (void)deadline;
    auto_json json_object *header = NULL;
    autoclose int folder = open_folder(error);
    if (folder < 0)
        return KEYRING_FAILED;
    enum keyring_answer answer =
        read_file(folder, item_name(key).text, key, &header, ret_record, error);
    return answer == KEYRING_FOUND && *ret_record == NULL ? KEYRING_NOTHING : answer;
}

static struct secret *format_item(const struct keyring_key *key, const char *label,
                                  int64_t expires_on, const struct secret *record)
{
    auto_json json_object *header = json_object_new_object();
    json_object_object_add(header, "label", json_object_new_string(label));
    json_object_object_add(header, "expires_on", json_object_new_int64(expires_on));
    json_object_object_add(header, "attributes", keyring_key_to_json(key));
    return secret_format("%s\n%s", json_object_to_json_string_ext(header, JSON_C_TO_STRING_PLAIN),
                         record->bytes);
}

/* Deletes the expired files, by reading every file. */
static void sweep(int folder)
{
    static const struct keyring_key every = { { { NULL, NULL } } };
    struct error unused;
    int fd = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *directory = fd >= 0 ? fdopendir(fd) : NULL; /* owns fd */
    for (struct dirent *entry; directory != NULL && (entry = readdir(directory)) != NULL;) {
        auto_json json_object *header = NULL;
        auto_secret struct secret *record = NULL;
        if (runtime_is_kept(entry->d_name))
            read_file(folder, entry->d_name, &every, &header, &record, &unused);
    }
    if (directory != NULL)
        closedir(directory);
    else if (fd >= 0)
        close(fd);
}

static bool store(const struct keyring_key *key, const char *label, const struct secret *record,
                  int64_t expires_on, int64_t deadline, struct error *error)
{
    (void)deadline;
    autoclose int folder = open_folder(error);
    auto_secret struct secret *text = format_item(key, label, expires_on, record);
    if (folder < 0)
        return false;
    sweep(folder);
    return runtime_write(folder, item_name(key).text, text) || fail(error);
}

static bool delete_file(const char *name, struct error *error)
{
    autoclose int folder = open_folder(error);
    if (folder < 0)
        return false;
    runtime_sweep(folder);
    return unlinkat(folder, name, 0) == 0 || errno == ENOENT || fail(error);
}

static bool erase(const struct keyring_key *key, int64_t deadline, struct error *error)
{
    (void)deadline;
    return delete_file(item_name(key).text, error);
}

static bool erase_item(const struct keyring_item *item, int64_t deadline, struct error *error)
{
    (void)deadline;
    return delete_file(item->place, error);
}

static void fill_item(struct keyring_item *item, const char *name, const json_object *header)
{
    const char *label = json_string(header, "label");
    item->label = strdup(label != NULL ? label : "");
    item->place = strdup(name);
    keyring_item_add_json(item, json_object_object_get(header, "attributes"));
}

/* The list has room for one item more than KEYRING_ITEMS_MAX. Returns false, with an error, if the
 * directory or an item of ours cannot be read, or if there are more. */
static bool collect_items(DIR *directory, const struct keyring_key *key, struct keyring_list *list,
                          struct error *error)
{
    for (;;) {
        auto_json json_object *header = NULL;
        struct keyring_item *item = &list->items[list->count];
        errno = 0;
        const struct dirent *entry = readdir(directory);
        if (entry == NULL)
            return errno == 0 || fail(error);
        if (!runtime_is_kept(entry->d_name))
            continue;
        switch (read_file(dirfd(directory), entry->d_name, key, &header, &item->record, error)) {
        case KEYRING_FOUND:
            fill_item(item, entry->d_name, header);
            if (list->count == KEYRING_ITEMS_MAX) {
                keyring_item_clear(item);
                return keyring_fail_too_many("the runtime directory", error);
            }
            list->count++;
            break;
        case KEYRING_NOTHING:
            break;
        default:
            return false;
        }
    }
    return true;
}

static enum keyring_answer list(const struct keyring_key *key, int64_t deadline,
                                struct keyring_list *ret_list, struct error *error)
{
    (void)deadline;
    *ret_list = (struct keyring_list){ 0 };
    int folder = open_folder(error);
    if (folder < 0)
        return KEYRING_FAILED;
    DIR *directory = fdopendir(folder); /* owns the descriptor */
    if (directory == NULL) {
        fail(error);
        close(folder);
        return KEYRING_FAILED;
    }
    ret_list->items = calloc(KEYRING_ITEMS_MAX + 1, sizeof *ret_list->items);
    runtime_sweep(dirfd(directory)); /* signing out lists what there is to erase */
    bool collected = collect_items(directory, key, ret_list, error);
    closedir(directory);
    return collected ? KEYRING_FOUND : KEYRING_FAILED;
}

static const struct keyring runtime = { "runtime",  lookup, store, erase,
                                        erase_item, list,   list,  NULL };

const struct keyring *keyring_runtime(struct error *error)
{
    autoclose int folder = open_folder(error);
    return folder >= 0 ? &runtime : NULL;
}
