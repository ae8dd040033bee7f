/* SPDX-License-Identifier: MIT */
#include "tests/fuzz/keyring_check.h"

#include "common/base/deadline.h"
#include "tests/fuzz/fuzz.h"

static const struct keyring_key of_kind = { { { "kind", "access_token" } } };
static const struct keyring_key every = { { { NULL, NULL } } };

static void check_item(const struct keyring_item *item, bool compares)
{
    HOLDS(item->label != NULL && item->place != NULL);
    HOLDS(item->record == NULL || item->record->bytes[item->record->length] == '\0');
    for (size_t i = 0; i < item->attribute_count; i++)
        HOLDS(item->attributes[i].name != NULL && item->attributes[i].value != NULL);
    if (compares)
        HOLDS(strcmp(keyring_item_attribute(item, "kind"), "access_token") == 0);
}

static void check_list(const struct keyring *keyring, const struct keyring_key *key, bool compares)
{
    auto_keyring_list struct keyring_list list = { 0 };
    struct error error = { 0 };
    enum keyring_answer answer = keyring->list(key, deadline_in(1000), &list, &error);
    if (answer != KEYRING_FOUND) {
        HOLDS(answer == KEYRING_FAILED || answer == KEYRING_ABSENT);
        HOLDS(error.kind == ERROR_KEYRING);
        fuzz_check_error(&error);
        return;
    }
    HOLDS(list.count <= KEYRING_ITEMS_MAX);
    for (size_t i = 0; i < list.count; i++)
        check_item(&list.items[i], compares);
}

void keyring_check(const struct keyring *keyring, bool compares)
{
    struct error error = { 0 };
    auto_secret struct secret *record = NULL;
    check_list(keyring, &of_kind, compares);
    check_list(keyring, &every, false);
    switch (keyring->lookup(&of_kind, deadline_in(1000), &record, &error)) {
    case KEYRING_FOUND:
        HOLDS(record != NULL && record->bytes[record->length] == '\0');
        break;
    case KEYRING_NOTHING:
        HOLDS(record == NULL && error.kind == ERROR_NONE);
        break;
    default:
        HOLDS(record == NULL);
        fuzz_check_error(&error);
    }
}
