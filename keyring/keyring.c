/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "keyring/keyring.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/array.h"
#include "common/base/session.h"
#include "keyring/kernel.h"
#include "keyring/none.h"
#include "keyring/runtime.h"
#include "keyring/secret_service.h"

static const struct keyring *open_module(const char *file, struct error *error)
{
    const struct keyring_module *module =
        (const struct keyring_module *)(const void *)module_load(file, error);
    if (module != NULL)
        return &module->keyring;
    error->kind = ERROR_KEYRING;
    return NULL;
}

static const struct keyring *open_secret_service(struct error *error)
{
    if (session_has_bus())
        return open_module(KEYRING_SECRET_SERVICE_MODULE, error);
    error_set(error, ERROR_KEYRING,
              "there is no session bus (DBUS_SESSION_BUS_ADDRESS is not set), so there is no "
              "desktop keyring");
    error_known_as(error, "keyring_no_bus");
    return NULL;
}

static const struct keyring *open_kernel(struct error *error)
{
    return open_module(KEYRING_KERNEL_MODULE, error);
}

static const struct keyring *open_none(struct error *error)
{
    (void)error;
    return &keyring_none;
}

static const struct {
    const char *name;
    const struct keyring *(*open)(struct error *error);
} stores[] = {
    { "secret-service", open_secret_service },
    { "kernel", open_kernel },
    { "runtime", keyring_runtime },
    { "none", open_none },
};

/* The Secret Service if there is a session bus, else the kernel keyring. */
static const struct keyring *open_best(struct error *ret_why)
{
    const struct keyring *keyring = open_secret_service(ret_why);
    if (keyring == NULL)
        keyring = open_kernel(ret_why);
    return keyring != NULL ? keyring : &keyring_none;
}

const struct keyring *keyring_open(const char *name, struct error *ret_why, struct error *error)
{
    ret_why->message[0] = '\0';
    if (strcmp(name, "auto") == 0)
        return open_best(ret_why);
    for (size_t i = 0; i < ARRAY_SIZE(stores); i++)
        if (strcmp(name, stores[i].name) == 0)
            return stores[i].open(error);
    error_set(error, ERROR_USAGE, "there is no keyring '%.40s'", name);
    error_known_as(error, "keyring_unknown");
    return NULL;
}

const struct keyring *keyring_next_best(const struct keyring *keyring)
{
    struct error unused;
    return strcmp(keyring->name, "secret-service") == 0 ? open_kernel(&unused) : NULL;
}

bool keyring_fail_locked(struct error *error)
{
    error_set(error, ERROR_KEYRING, "the desktop keyring is locked");
    return error_known_as(error, "keyring_locked");
}

bool keyring_fail_too_many(const char *keyring, struct error *error)
{
    error_set(error, ERROR_KEYRING, "%s has more than %d items of this kind", keyring,
              KEYRING_ITEMS_MAX);
    return error_known_as(error, "keyring_failed");
}

const char *keyring_item_attribute(const struct keyring_item *item, const char *name)
{
    for (size_t i = 0; i < item->attribute_count; i++)
        if (strcmp(item->attributes[i].name, name) == 0)
            return item->attributes[i].value;
    return "";
}

bool keyring_item_is(const struct keyring_item *item, const struct keyring_key *key)
{
    for (size_t i = 0; i < KEYRING_ATTRIBUTES_MAX && key->attributes[i].name != NULL; i++)
        if (strcmp(keyring_item_attribute(item, key->attributes[i].name),
                   key->attributes[i].value) != 0)
            return false;
    return true;
}

json_object *keyring_key_to_json(const struct keyring_key *key)
{
    json_object *attributes = json_object_new_object();
    for (size_t i = 0; i < KEYRING_ATTRIBUTES_MAX && key->attributes[i].name != NULL; i++)
        json_object_object_add(attributes, key->attributes[i].name,
                               json_object_new_string(key->attributes[i].value));
    return attributes;
}

bool keyring_key_is_in(const struct keyring_key *key, const json_object *attributes)
{
    for (size_t i = 0; i < KEYRING_ATTRIBUTES_MAX && key->attributes[i].name != NULL; i++) {
        const char *value = json_string(attributes, key->attributes[i].name);
        if (value == NULL || strcmp(value, key->attributes[i].value) != 0)
            return false;
    }
    return true;
}

void keyring_item_add_json(struct keyring_item *item, json_object *attributes)
{
    json_object_object_foreach(attributes, name, value) {
        (void)value;
        const char *text = json_string(attributes, name);
        if (text != NULL)
            keyring_item_add(item, name, text);
        else
            trace("keyring: an attribute of an item is ignored: %s is not a text", name);
    }
}

void keyring_item_add(struct keyring_item *item, const char *name, const char *value)
{
    item->attributes =
        reallocarray(item->attributes, item->attribute_count + 1, sizeof *item->attributes);
    item->attributes[item->attribute_count++] =
        (struct keyring_attribute){ strdup(name), strdup(value) };
}

void keyring_item_clear(struct keyring_item *item)
{
    free(item->label);
    free(item->place);
    secret_free(item->record);
    for (size_t i = 0; i < item->attribute_count; i++) {
        free((char *)item->attributes[i].name);
        free((char *)item->attributes[i].value);
    }
    free(item->attributes);
    *item = (struct keyring_item){ 0 };
}

void keyring_list_clear(struct keyring_list *list)
{
    for (size_t n = 0; n < list->count; n++)
        keyring_item_clear(&list->items[n]);
    free(list->items);
    *list = (struct keyring_list){ 0 };
}
