/* SPDX-License-Identifier: MIT */
/*
 * Where tokens rest: the interface that every store has.
 *
 * A store keeps items. An item is found by its attributes (names and values that anybody may read),
 * has a label for people, and holds a record, which is secret. No two items have the same
 * attributes: storing again replaces the item as a whole, so nothing is ever read, changed and
 * written back, and two processes cannot spoil each other's items.
 *
 * A store knows nothing of tokens or OAuth. Every call takes a deadline (deadline.h) and ends by
 * then, whatever the service behind the store does.
 */
#ifndef KEYRING_KEYRING_H
#define KEYRING_KEYRING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/error.h"
#include "common/base/json.h"
#include "common/base/module.h"
#include "common/base/secret.h"

#define KEYRING_ATTRIBUTES_MAX 8
#define KEYRING_RECORD_MAX     (64 * 1024)
#define KEYRING_ITEMS_MAX      1000

struct keyring_attribute {
    const char *name;
    const char *value; /* UTF-8 */
};

/* Which item. Unused places have a NULL name and stand last. */
struct keyring_key {
    struct keyring_attribute attributes[KEYRING_ATTRIBUTES_MAX];
};

/* One item of a list; owns what it points to, the attributes' texts included. */
struct keyring_item {
    char *label;
    const char *store; /* the name of the keyring that it is in; static */
    struct secret *record;
    struct keyring_attribute attributes[KEYRING_ATTRIBUTES_MAX];
};

struct keyring_list {
    struct keyring_item *items;
    size_t count;
};

enum keyring_answer {
    KEYRING_FOUND,
    KEYRING_NOTHING, /* the store answered that it has no such item */
    KEYRING_FAILED,  /* the store could not answer; the error says why (ERROR_KEYRING) */
    KEYRING_ABSENT,  /* likewise, since no such service is offered on this machine */
};

struct keyring {
    const char *name; /* as --keyring takes it */

    /* Finds the record of an item; the caller frees it with secret_free. */
    enum keyring_answer (*lookup)(const struct keyring_key *key, int64_t deadline,
                                  struct secret **record, struct error *error);

    /* Keeps a record under the key, in the place of one that is there, at least until expires_on
     * (Unix seconds; 0: for good). False with ERROR_KEYRING. */
    bool (*store)(const struct keyring_key *key, const char *label, const struct secret *record,
                  int64_t expires_on, int64_t deadline, struct error *error);

    /* Drops the item. That there is none is no error. False with ERROR_KEYRING. */
    bool (*erase)(const struct keyring_key *key, int64_t deadline, struct error *error);

    /* Gives every item whose attributes include those of the key: KEYRING_FOUND, with none too. The
     * caller frees the list with keyring_list_clear. */
    enum keyring_answer (*list)(const struct keyring_key *key, int64_t deadline,
                                struct keyring_list *list, struct error *error);
};

/* What the module of a store exports (module.h). */
struct keyring_module {
    struct module module;
    struct keyring keyring;
};

/* The store of this name: auto, secret-service, kernel, runtime or none. auto takes the best that
 * this machine offers; *why then says why it is `none`, where it is (else it is ""). NULL with
 * ERROR_USAGE for a name that is not known, and ERROR_KEYRING for a store that is asked for by name
 * but is not here.
 */
const struct keyring *keyring_open(const char *name, struct error *why, struct error *error);

/* The next best store, for `auto`, after one that answered KEYRING_ABSENT; NULL: there is none. */
const struct keyring *keyring_next_best(const struct keyring *keyring);

/* The value of an item's attribute; "" where it has none of that name. */
const char *keyring_item_attribute(const struct keyring_item *item, const char *name);

/* For stores that write attributes as a JSON object: makes one of a key (the caller puts it), and
 * whether one has all of a key's. */
json_object *keyring_key_to_json(const struct keyring_key *key);
bool keyring_key_is_in(const struct keyring_key *key, const json_object *attributes);

/* Adds an attribute to an item that is being filled; the texts are copied. Past
 * KEYRING_ATTRIBUTES_MAX nothing happens. */
void keyring_item_add(struct keyring_item *item, const char *name, const char *value);

void keyring_list_clear(struct keyring_list *list);
#define auto_keyring_list CLEANUP(keyring_list_clear)

#endif
