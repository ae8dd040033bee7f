/* SPDX-License-Identifier: MIT */
/*
 * Keyrings: where tokens are stored. This is the interface of every store.
 *
 * A store holds items. An item is found by its attributes (names and values that are not secret),
 * has a label for display, and holds a record, which is secret. No two items have the same
 * attributes: storing an item again replaces it as a whole. Nothing is ever read, changed and
 * written back, so two processes cannot damage each other's items.
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

/* Identifies an item. Unused attributes come last and have a NULL name. */
struct keyring_key {
    struct keyring_attribute attributes[KEYRING_ATTRIBUTES_MAX];
};

/* An item of a list. It owns everything except the name of the store. It may be damaged, or not
 * come from these programs: it then has attributes that no key has, or lacks some, or its record is
 * anything. */
struct keyring_item {
    char *label;
    const char *store;     /* the name of the item's keyring; static */
    char *place;           /* where its keyring finds it again, for erase_item */
    struct secret *record; /* NULL: locked, or else empty, too long or impossible to read */
    bool is_locked;
    struct keyring_attribute *attributes; /* those with a text as their value */
    size_t attribute_count;
};

struct keyring_list {
    struct keyring_item *items;
    size_t count;
};

enum keyring_answer {
    KEYRING_FOUND,
    KEYRING_NOTHING, /* the store has no such item */
    KEYRING_FAILED,  /* the store could not answer; the error says why (ERROR_KEYRING) */
    KEYRING_ABSENT,  /* likewise, because this machine does not have the service */
};

struct keyring {
    const char *name; /* the argument of --keyring */

    /* Finds the record of an item. The caller frees *ret_record with secret_free. */
    enum keyring_answer (*lookup)(const struct keyring_key *key, int64_t deadline,
                                  struct secret **ret_record, struct error *error);

    /* Stores a record under the key, in place of an earlier one. If expires_on is not 0, it may be
     * deleted from then on (Unix seconds), and so may any item with the same first attribute, its
     * kind, that is older than this one can become: that must be what can be requested again, such
     * as access tokens. If it is 0, items of its kind are kept forever. Fails with ERROR_KEYRING.
     */
    bool (*store)(const struct keyring_key *key, const char *label, const struct secret *record,
                  int64_t expires_on, int64_t deadline, struct error *error);

    /* Deletes the item, if there is one. Fails with ERROR_KEYRING. */
    bool (*erase)(const struct keyring_key *key, int64_t deadline, struct error *error);

    /* Deletes this item of a list and no other, whatever its attributes are. Succeeds if it is gone
     * already. Fails with ERROR_KEYRING. */
    bool (*erase_item)(const struct keyring_item *item, int64_t deadline, struct error *error);

    /* Lists the items whose attributes include those of the key. Returns KEYRING_FOUND for an empty
     * list too. If it fails, *ret_list has those that could be read, as far as it got. The caller
     * clears *ret_list with keyring_list_clear in any case. */
    enum keyring_answer (*list)(const struct keyring_key *key, int64_t deadline,
                                struct keyring_list *ret_list, struct error *error);

    /* As list, but the user never notices: nothing prompts or is unlocked, and no service is
     * started. What is locked is left out, and so may be the records. */
    enum keyring_answer (*peek)(const struct keyring_key *key, int64_t deadline,
                                struct keyring_list *ret_list, struct error *error);

    /* Says that the service works, so that it is waited for until each deadline, although it may be
     * known for its silence (silence.h). NULL: it always is. */
    void (*expect_answer)(void);
};

/* The table that the module of a store exports (module.h). */
struct keyring_module {
    struct module module;
    struct keyring keyring;
};

/* The store of this name: auto, secret-service, kernel, runtime or none. auto selects the best
 * store of this machine; the message of *ret_why says why it passed over the one before, or is "".
 * Returns NULL with ERROR_USAGE if the name is unknown, or with ERROR_KEYRING if a store that was
 * chosen by name is not available. */
const struct keyring *keyring_open(const char *name, struct error *ret_why, struct error *error);

/* For `auto`, the next best store after one that answered KEYRING_ABSENT; NULL if there is none. */
const struct keyring *keyring_next_best(const struct keyring *keyring);

/* Sets the error to ERROR_KEYRING: the desktop keyring is locked. Always returns false. */
bool keyring_fail_locked(struct error *error);

/* Sets the error to ERROR_KEYRING: a list would be longer than KEYRING_ITEMS_MAX. The keyring is
 * named as in "the desktop keyring". Always returns false. */
bool keyring_fail_too_many(const char *keyring, struct error *error);

/* The value of an item's attribute; "" if the item does not have it. */
const char *keyring_item_attribute(const struct keyring_item *item, const char *name);

/* Whether the item has all attributes of a key. */
bool keyring_item_is(const struct keyring_item *item, const struct keyring_key *key);

/* For stores that write attributes as a JSON object. The first makes such an object from a key; the
 * caller releases it with json_object_put. The second checks whether an object has all attributes
 * of a key. The third adds those attributes of an object to an item that are texts. */
json_object *keyring_key_to_json(const struct keyring_key *key);
bool keyring_key_is_in(const struct keyring_key *key, const json_object *attributes);
void keyring_item_add_json(struct keyring_item *item, json_object *attributes);

/* Adds an attribute to an item; the texts are copied. */
void keyring_item_add(struct keyring_item *item, const char *name, const char *value);

/* Wipes and frees what an item owns. */
void keyring_item_clear(struct keyring_item *item);
#define auto_keyring_item CLEANUP(keyring_item_clear)

/* Wipes and frees the items of a list. */
void keyring_list_clear(struct keyring_list *list);
#define auto_keyring_list CLEANUP(keyring_list_clear)

#endif
