/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "tests/unit/shelf.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/text.h"
#include "common/store/store.h"

#define ITEMS_MAX 32

static struct keyring_item items[ITEMS_MAX];
static size_t count;
bool shelf_fails;

static bool failed(struct error *error)
{
    if (!shelf_fails)
        return false;
    error_set(error, ERROR_KEYRING, "the keyring is locked");
    error_known_as(error, "keyring_locked");
    return true;
}

static bool has(const struct keyring_item *item, const struct keyring_key *key)
{
    for (size_t i = 0; i < KEYRING_ATTRIBUTES_MAX && key->attributes[i].name != NULL; i++)
        if (strcmp(keyring_item_attribute(item, key->attributes[i].name),
                   key->attributes[i].value) != 0)
            return false;
    return true;
}

static struct keyring_item *find(const struct keyring_key *key)
{
    for (size_t i = 0; i < count; i++)
        if (has(&items[i], key))
            return &items[i];
    return NULL;
}

static struct keyring_item copy(const struct keyring_item *item)
{
    struct keyring_item made = { .label = strdup(item->label),
                                 .place = strdup(item->place),
                                 .record = secret_new(item->record->bytes, item->record->length) };
    for (size_t i = 0; i < item->attribute_count; i++)
        keyring_item_add(&made, item->attributes[i].name, item->attributes[i].value);
    return made;
}

static void release(struct keyring_item *item)
{
    struct keyring_list list = { malloc(sizeof *item), 1 };
    if (list.items == NULL)
        abort();
    list.items[0] = *item;
    keyring_list_clear(&list);
}

static enum keyring_answer lookup(const struct keyring_key *key, int64_t deadline,
                                  struct secret **record, struct error *error)
{
    (void)deadline;
    if (failed(error))
        return KEYRING_FAILED;
    const struct keyring_item *item = find(key);
    if (item == NULL)
        return KEYRING_NOTHING;
    *record = secret_new(item->record->bytes, item->record->length);
    return KEYRING_FOUND;
}

static void take_off(struct keyring_item *item)
{
    release(item);
    *item = items[--count];
}

static bool erase(const struct keyring_key *key, int64_t deadline, struct error *error)
{
    (void)deadline;
    struct keyring_item *item = find(key);
    if (failed(error))
        return false;
    if (item != NULL)
        take_off(item);
    return true;
}

static bool erase_item(const struct keyring_item *item, int64_t deadline, struct error *error)
{
    (void)deadline;
    if (failed(error))
        return false;
    for (size_t i = 0; i < count; i++) {
        if (strcmp(items[i].place, item->place) != 0)
            continue;
        take_off(&items[i]);
        return true;
    }
    return true;
}

static bool store(const struct keyring_key *key, const char *label, const struct secret *record,
                  int64_t expires_on, int64_t deadline, struct error *error)
{
    (void)expires_on;
    if (!erase(key, deadline, error))
        return false;
    if (count == ITEMS_MAX)
        abort();
    static int place;
    struct keyring_item item = { .label = strdup(label),
                                 .place = text_format("%d", place++),
                                 .record = secret_new(record->bytes, record->length) };
    for (size_t i = 0; i < KEYRING_ATTRIBUTES_MAX && key->attributes[i].name != NULL; i++)
        keyring_item_add(&item, key->attributes[i].name, key->attributes[i].value);
    items[count++] = item;
    return true;
}

static enum keyring_answer list(const struct keyring_key *key, int64_t deadline,
                                struct keyring_list *list, struct error *error)
{
    (void)deadline;
    if (failed(error))
        return KEYRING_FAILED;
    *list = (struct keyring_list){ calloc(ITEMS_MAX, sizeof *list->items), 0 };
    if (list->items == NULL)
        abort();
    for (size_t i = 0; i < count; i++)
        if (has(&items[i], key))
            list->items[list->count++] = copy(&items[i]);
    return KEYRING_FOUND;
}

struct keyring_module shelf_module = {
    .keyring = {
        .name = "kernel",
        .lookup = lookup,
        .store = store,
        .erase = erase,
        .erase_item = erase_item,
        .list = list,
        .peek = list,
    },
};

void shelf_clear(void)
{
    while (count > 0)
        release(&items[--count]);
    shelf_fails = false;
}

size_t shelf_count(const char *kind)
{
    size_t number = 0;
    for (size_t i = 0; i < count; i++)
        number += strcmp(keyring_item_attribute(&items[i], STORE_KIND), kind) == 0;
    return number;
}

const char *shelf_record(const char *kind, const char *attribute, const char *value)
{
    const struct keyring_key key = { { { STORE_KIND, kind }, { attribute, value } } };
    const struct keyring_item *item = find(&key);
    return item != NULL ? item->record->bytes : NULL;
}

void shelf_garble(const char *kind, const char *username, const char *text)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(keyring_item_attribute(&items[i], STORE_KIND), kind) != 0 ||
            (username != NULL &&
             strcmp(keyring_item_attribute(&items[i], STORE_USERNAME), username) != 0))
            continue;
        secret_free(items[i].record);
        items[i].record = secret_new(text, strlen(text));
    }
}
