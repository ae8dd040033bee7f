/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "common/store/stored_credentials.h"

#include <string.h>
#include <strings.h>
#include <time.h>

#include "common/base/array.h"
#include "common/base/json.h"
#include "common/base/printable.h"
#include "common/base/text.h"
#include "common/base/utf8.h"

/* Attributes are not secret, and some keyrings limit their length. */
#define PATH_ATTRIBUTE_MAX 1024

/* The texts in a record and the members of struct stored_credential that hold them. */
static const struct {
    const char *name;
    size_t offset;
} members[] = {
    { "username", offsetof(struct stored_credential, username) },
    { "password", offsetof(struct stored_credential, password) },
    { "authtype", offsetof(struct stored_credential, authtype) },
    { "credential", offsetof(struct stored_credential, credential) },
    { "oauth_refresh_token", offsetof(struct stored_credential, oauth_refresh_token) },
};
#define MEMBERS ARRAY_SIZE(members)

static struct secret **member_of(const struct stored_credential *credential, size_t i)
{
    return (struct secret **)(void *)((char *)credential + members[i].offset);
}

/* ---- the record ---- */

/* Microseconds since 1970, since several credentials may be stored within one second. */
static int64_t now(void)
{
    struct timespec time = { 0 };
    clock_gettime(CLOCK_REALTIME, &time);
    return (int64_t)time.tv_sec * 1000000 + time.tv_nsec / 1000;
}

static struct secret *to_json(const struct stored_credential *credential)
{
    auto_json_secret json_object *record = json_object_new_object();
    for (size_t i = 0; i < MEMBERS; i++) {
        const struct secret *text = *member_of(credential, i);
        if (text != NULL)
            json_object_object_add(record, members[i].name,
                                   json_object_new_string_len(text->bytes, (int)text->length));
    }
    json_object_object_add(record, "expires_on", json_object_new_int64(credential->expires_on));
    json_object_object_add(record, "stored_on", json_object_new_int64(now()));
    const char *text = json_object_to_json_string_ext(record, JSON_C_TO_STRING_PLAIN);
    return secret_from_text(text);
}

/* Parses a record, which may be NULL. *stored_on is the time at which it was stored, as now
 * returns it. Returns false if the text is not a record. */
static bool from_json(const struct secret *text, struct stored_credential *credential,
                      int64_t *stored_on)
{
    struct error unused;
    auto_json_secret json_object *record =
        text != NULL ? json_parse(text->bytes, text->length, &unused) : NULL;
    *credential = (struct stored_credential){ 0 };
    if (record == NULL || !json_int64(record, "stored_on", stored_on) ||
        !json_int64(record, "expires_on", &credential->expires_on))
        return false;
    for (size_t i = 0; i < MEMBERS; i++) {
        const char *value = json_string(record, members[i].name);
        if (value != NULL && strpbrk(value, "\r\n") == NULL)
            *member_of(credential, i) = secret_from_text(value);
    }
    return (credential->username != NULL && credential->password != NULL) ||
           (credential->authtype != NULL && credential->credential != NULL);
}

bool stored_credential_read(const struct secret *record, struct stored_credential *ret_credential)
{
    int64_t unused;
    return from_json(record, ret_credential, &unused);
}

void stored_credential_clear(struct stored_credential *credential)
{
    for (size_t i = 0; i < MEMBERS; i++)
        secret_free(*member_of(credential, i));
    *credential = (struct stored_credential){ 0 };
}

/* ---- the place ---- */

/* The key of a place, but for its path. It does not contain what may have any value. */
static struct keyring_key key_of(const struct credential_place *place)
{
    struct keyring_key key = { { { STORE_KIND, STORE_KIND_TYPED },
                                 { TYPED_PROTOCOL, place->protocol },
                                 { TYPED_HOST, place->host } } };
    if (place->username != NULL)
        key.attributes[3] = (struct keyring_attribute){ STORE_USERNAME, place->username };
    return key;
}

/* How well an item's path fits a place. A credential that was typed when git did not tell the path
 * has an empty one. */
enum fit { FITS_NOT, FITS_ANY_PATH, FITS };

static enum fit fit_of(const struct keyring_item *item, const struct credential_place *place)
{
    const char *path = keyring_item_attribute(item, TYPED_PATH);
    int (*compare)(const char *, const char *) = place->path_has_no_case ? strcasecmp : strcmp;
    if (place->path == NULL || compare(path, place->path) == 0)
        return FITS;
    return path[0] == '\0' ? FITS_ANY_PATH : FITS_NOT;
}

static bool is_attribute(const char *text)
{
    if (text == NULL)
        return true;
    if (strlen(text) > PATH_ATTRIBUTE_MAX)
        return false;
    autofree char *printable = strdup(text);
    printable_make(printable);
    return strcmp(printable, text) == 0;
}

static bool can_be_kept(const struct credential_place *place,
                        const struct stored_credential *credential)
{
    for (size_t i = 0; i < MEMBERS; i++) {
        const struct secret *text = *member_of(credential, i);
        if (text != NULL &&
            (text->length > STORED_SECRET_MAX || !utf8_is_valid(text->bytes, text->length)))
            return false;
    }
    return is_attribute(place->host) && is_attribute(place->path) && is_attribute(place->username);
}

/* Lists the items of a place, with any path. The list is empty if one of the texts cannot be an
 * attribute. */
static bool list_items(struct store *store, const struct credential_place *place, int64_t deadline,
                       struct keyring_list *list, struct error *error)
{
    struct keyring_key key = key_of(place);
    if (!is_attribute(place->host) || !is_attribute(place->path) || !is_attribute(place->username))
        return true;
    return store_match(store, &key, deadline, list, error);
}

/* ---- finding, storing, deleting ---- */

static bool is_usable(const struct stored_credential *credential, bool takes_authtype)
{
    return (credential->password != NULL || takes_authtype) &&
           (credential->expires_on == 0 || credential->expires_on > time(NULL));
}

enum keyring_answer stored_credentials_find(struct store *store,
                                            const struct credential_place *place,
                                            bool takes_authtype, int64_t deadline,
                                            struct stored_credential *ret_found,
                                            struct error *error)
{
    auto_keyring_list struct keyring_list list = { 0 };
    struct error why = { 0 };
    int64_t newest = -1;
    enum fit best = FITS_ANY_PATH;
    *ret_found = (struct stored_credential){ 0 };
    bool is_whole = list_items(store, place, deadline, &list, &why);
    for (size_t i = 0; i < list.count; i++) {
        auto_stored_credential struct stored_credential one = { 0 };
        int64_t stored_on = 0;
        enum fit fit = fit_of(&list.items[i], place);
        if (fit != FITS_NOT && list.items[i].is_locked)
            is_whole = store_fail_locked(store, &why);
        if (fit < best || !from_json(list.items[i].record, &one, &stored_on) ||
            !is_usable(&one, takes_authtype) || (fit == best && stored_on <= newest))
            continue;
        best = fit;
        newest = stored_on;
        stored_credential_clear(ret_found);
        *ret_found = one;
        one = (struct stored_credential){ 0 };
    }
    if (newest >= 0)
        return KEYRING_FOUND;
    if (is_whole)
        return KEYRING_NOTHING;
    *error = why;
    return KEYRING_FAILED;
}

static bool are_equal(const struct stored_credential *a, const struct stored_credential *b)
{
    for (size_t i = 0; i < MEMBERS; i++) {
        const struct secret *left = *member_of(a, i), *right = *member_of(b, i);
        if ((left == NULL) != (right == NULL) ||
            (left != NULL && !secret_equals(left, right->bytes, right->length)))
            return false;
    }
    return a->expires_on == b->expires_on;
}

/* git sends the credential after every success, and a keyring writes its file on every change. */
static bool is_kept(struct store *store, const struct keyring_key *key,
                    const struct stored_credential *credential, int64_t deadline)
{
    struct error unused = { 0 };
    auto_secret struct secret *record = NULL;
    auto_stored_credential struct stored_credential kept = { 0 };
    int64_t stored_on;
    return store_look_up(store, key, deadline, &record, &unused) == KEYRING_FOUND &&
           from_json(record, &kept, &stored_on) && are_equal(&kept, credential);
}

bool stored_credentials_keep(struct store *store, const struct credential_place *place,
                             const struct stored_credential *credential, int64_t deadline,
                             struct error *error)
{
    const char *username = place->username != NULL ? place->username : "";
    const char *path = place->path != NULL ? place->path : "";
    const struct keyring_key key = { { { STORE_KIND, STORE_KIND_TYPED },
                                       { TYPED_PROTOCOL, place->protocol },
                                       { TYPED_HOST, place->host },
                                       { TYPED_PATH, path },
                                       { STORE_USERNAME, username } } };
    if (!can_be_kept(place, credential)) {
        trace(
            "store: the credential is not stored: it is too long or not UTF-8, or its place is not "
            "printable");
        return true;
    }
    if (is_kept(store, &key, credential, deadline))
        return true;
    auto_secret struct secret *record = to_json(credential);
    autofree char *label =
        text_format("git credential for %s://%s/%s%s%s%s", place->protocol, place->host, path,
                    username[0] ? " (" : "", username, username[0] ? ")" : "");
    /* Kept for ever, like one without an expiry, since a user has to type it again: see store in
     * keyring.h. */
    return store_put(store, &key, label, record, 0, deadline, error) &&
           (store_check(store, error) || store_fail(store, error));
}

static bool is_refused(const struct stored_credential *credential, const char *refused)
{
    const struct secret *secret =
        credential->password != NULL ? credential->password : credential->credential;
    return refused == NULL || secret_equals(secret, refused, strlen(refused));
}

bool stored_credentials_erase(struct store *store, const struct credential_place *place,
                              const char *refused, int64_t deadline, struct error *error)
{
    auto_keyring_list struct keyring_list list = { 0 };
    struct error why = { 0 };
    bool is_whole = store_hides_nothing(store, deadline, &why) &&
                    list_items(store, place, deadline, &list, &why);
    for (size_t i = 0; i < list.count; i++) {
        const struct keyring_item *item = &list.items[i];
        auto_stored_credential struct stored_credential one = { 0 };
        int64_t stored_on;
        if (fit_of(item, place) == FITS_NOT)
            continue;
        if (item->is_locked)
            is_whole = store_fail_locked(store, &why);
        else if ((!from_json(item->record, &one, &stored_on) || is_refused(&one, refused)) &&
                 !store_drop_match(store, item, deadline, error))
            return false;
    }
    if (!is_whole)
        *error = why;
    return is_whole && store_saw_all(store, error);
}
