/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "common/store/store.h"

#include <poll.h>
#include <string.h>

#include "common/base/array.h"
#include "common/base/deadline.h"
#include "common/base/once_a_boot.h"
#include "common/entra/error_report.h"

/* How long a session bus that is at its limit is asked again, and how often. */
#define LIMITED_MILLISECONDS       5000
#define LIMITED_PAUSE_MILLISECONDS 50

bool store_open(struct store *store, const char *name, struct error *error)
{
    *store = (struct store){ .opened = deadline_now(), .named = strcmp(name, "auto") != 0 };
    struct error passed = { 0 };
    store->keyring = keyring_open(name, &passed, error);
    if (store->keyring == NULL)
        return false;
    bool has_none = strcmp(store->keyring->name, "none") == 0;
    *(has_none ? &store->trouble : &store->absent) = passed;
    return true;
}

bool store_fail(const struct store *store, struct error *error)
{
    error->kind = store->named ? ERROR_KEYRING : ERROR_OTHER;
    return false;
}

bool store_fail_locked(const struct store *store, struct error *error)
{
    keyring_fail_locked(error);
    return store_fail(store, error);
}

static bool has_failed(const struct store *store)
{
    return store->trouble.message[0] != '\0';
}

/* Continues without the keyring, unless it was chosen by name. */
static bool keyring_failed(struct store *store, const struct error *why, struct error *error)
{
    if (store->named) {
        *error = *why;
        return false;
    }
    trace("keyring: %s is not used any more: %s", store->keyring->name, why->message);
    store->trouble = *why;
    return true;
}

/* Replaces a keyring that does not exist here by the next best one. Returns false if there is none.
 */
static bool use_next_best(struct store *store, const struct error *why)
{
    const struct keyring *next = store->named ? NULL : keyring_next_best(store->keyring);
    if (next == NULL)
        return false;
    trace("keyring: %s is not used: %s", store->keyring->name, why->message);
    store->absent = *why;
    store->keyring = next;
    return true;
}

/* The keyring may use half of the time, so that one that hangs leaves some for the authority; more
 * if it is known to work, and then is only slow. */
static int64_t share_of(const struct store *store, int64_t deadline)
{
    int64_t left = deadline_left(deadline);
    return deadline_in(store->works ? left - left / 8 : left / 2);
}

/* Until when a session bus that has as many clients as it takes is asked again. On a busy machine,
 * they end soon. */
static int64_t patience_of(const struct store *store, int64_t share)
{
    int64_t half = deadline_left(share) / 2;
    return store->works ? share
                        : deadline_in(half < LIMITED_MILLISECONDS ? half : LIMITED_MILLISECONDS);
}

static bool is_limited(const struct error *why)
{
    return strcmp(why->code, "keyring_limited") == 0;
}

static bool is_silent(const struct error *why)
{
    return strcmp(why->code, "keyring_silent") == 0;
}

/* Pauses before the next attempt, if there is one. */
static bool pause_if_limited(const struct error *why, int64_t patience)
{
    if (!is_limited(why) || deadline_left(patience) == 0)
        return false;
    poll(NULL, 0, LIMITED_PAUSE_MILLISECONDS);
    return true;
}

bool store_failure_may_pass(const struct error *trouble)
{
    return is_limited(trouble) || is_silent(trouble);
}

bool store_can_try_again(const struct store *store)
{
    return !store->tried_again && store_failure_may_pass(&store->trouble);
}

bool store_try_again(struct store *store, bool works)
{
    if (!store_can_try_again(store))
        return false;
    trace("keyring: %s is asked again: %s", store->keyring->name, store->trouble.message);
    store->trouble = (struct error){ 0 };
    store->tried_again = true;
    store->works = works;
    if (works && store->keyring->expect_answer != NULL)
        store->keyring->expect_answer();
    return true;
}

enum keyring_answer store_look_up(struct store *store, const struct keyring_key *key,
                                  int64_t deadline, struct secret **ret_record, struct error *error)
{
    struct error why = { 0 };
    enum keyring_answer answer;
    int64_t share = share_of(store, deadline), patience = patience_of(store, share);
    if (has_failed(store))
        return KEYRING_NOTHING;
    do
        answer = store->keyring->lookup(key, share, ret_record, &why);
    while ((answer == KEYRING_ABSENT && use_next_best(store, &why)) ||
           (answer == KEYRING_FAILED && pause_if_limited(&why, patience)));
    store->settled = true;
    if (answer == KEYRING_FOUND || answer == KEYRING_NOTHING)
        return answer;
    return keyring_failed(store, &why, error) ? KEYRING_NOTHING : KEYRING_FAILED;
}

/* An item that does not exist. One that does could be locked, and make the keyring prompt. */
static const struct keyring_key missing = { { { STORE_KIND, "none" } } };

bool store_hides_nothing(struct store *store, int64_t deadline, struct error *error)
{
    auto_secret struct secret *unused = NULL;
    return store_look_up(store, &missing, deadline, &unused, error) != KEYRING_FAILED;
}

/* There has been no lookup yet if a new token was forced. */
bool store_settle(struct store *store, int64_t deadline, struct error *error)
{
    return has_failed(store) || store->settled || store->named ||
           store_hides_nothing(store, deadline, error);
}

bool store_match(struct store *store, const struct keyring_key *key, int64_t deadline,
                 struct keyring_list *ret_list, struct error *error)
{
    struct error why = { 0 };
    enum keyring_answer answer;
    int64_t share = share_of(store, deadline), patience = patience_of(store, share);
    if (has_failed(store))
        return true;
    do {
        keyring_list_clear(ret_list);
        answer = store->keyring->list(key, share, ret_list, &why);
    } while ((answer == KEYRING_ABSENT && use_next_best(store, &why)) ||
             (answer == KEYRING_FAILED && pause_if_limited(&why, patience)));
    /* An empty list may be that of a keyring that can store nothing: only a lookup looks at that.
     */
    store->settled = store->settled || ret_list->count > 0;
    if (answer == KEYRING_FAILED && strcmp(why.code, "keyring_locked") == 0) {
        *error = why;
        return store_fail(store, error);
    }
    if (answer != KEYRING_FOUND) /* the newest of a part of them may be an old one */
        keyring_list_clear(ret_list);
    return answer == KEYRING_FOUND || keyring_failed(store, &why, error);
}

bool store_put(struct store *store, const struct keyring_key *key, const char *label,
               const struct secret *record, int64_t expires_on, int64_t deadline,
               struct error *error)
{
    struct error why = { 0 };
    if (!store_settle(store, deadline, error))
        return false;
    if (has_failed(store))
        return true;
    bool kept = store->keyring->store(key, label, record, expires_on, deadline, &why);
    trace("store: %s: %s", store->keyring->name, kept ? "stored" : why.message);
    return kept || keyring_failed(store, &why, error);
}

bool store_drop(struct store *store, const struct keyring_key *key, int64_t deadline,
                struct error *error)
{
    struct error why = { 0 };
    return has_failed(store) || store->keyring->erase(key, deadline, &why) ||
           keyring_failed(store, &why, error);
}

bool store_drop_match(struct store *store, const struct keyring_item *item, int64_t deadline,
                      struct error *error)
{
    struct error why = { 0 };
    return has_failed(store) || store->keyring->erase_item(item, deadline, &why) ||
           keyring_failed(store, &why, error);
}

bool store_check(const struct store *store, struct error *error)
{
    if (!has_failed(store))
        return true;
    *error = store->trouble;
    error->kind = ERROR_KEYRING;
    return false;
}

bool store_saw_all(const struct store *store, struct error *error)
{
    static const char *const harmless[] = { "keyring_no_bus",      "keyring_absent",
                                            "keyring_foreign_bus", "keyring_full",
                                            "keyring_forbidden",   "keyring_no_folder" };
    for (size_t i = 0; i < ARRAY_SIZE(harmless); i++)
        if (strcmp(store->trouble.code, harmless[i]) == 0)
            return true;
    return store_check(store, error) || store_fail(store, error);
}

bool store_can_keep(const struct store *store)
{
    return !has_failed(store) && strcmp(store->keyring->name, "none") != 0;
}

void store_warn(struct store *store)
{
    if (!has_failed(store) || store->warned)
        return;
    store->warned = true;
    trace("store: the token is not stored: %s", store->trouble.message);
    if (!once_a_boot(store->trouble.code[0] != '\0' ? store->trouble.code : store->trouble.message))
        return;
    warning_of(store->trouble.code, error_advice(&store->trouble),
               "the token could not be stored: %s", store->trouble.message);
}

/* Appends the items of one keyring to a list. The list of one that hides items is not whole, which
 * only a lookup shows (store_hides_nothing). */
static enum keyring_answer list_one(const struct keyring *keyring, const char *kind,
                                    int64_t deadline, struct keyring_list *list,
                                    struct error *error)
{
    struct keyring_key every = { { { STORE_KIND, kind } } };
    struct keyring_list more = { 0 };
    struct error why = { 0 };
    auto_secret struct secret *unused = NULL;
    bool hides = keyring->lookup(&missing, deadline, &unused, &why) == KEYRING_FAILED;
    enum keyring_answer answer = keyring->list(&every, deadline, &more, error);
    if (hides) { /* which is why the list failed, too, if it did */
        *error = why;
        answer = KEYRING_FAILED;
    }
    if (answer == KEYRING_FOUND)
        trace("keyring: %s has %zu of kind %s", keyring->name, more.count, kind);
    list->items = realloc(list->items, (list->count + more.count + 1) * sizeof *list->items);
    for (size_t i = 0; i < more.count; i++) {
        list->items[list->count] = more.items[i];
        list->items[list->count++].store = keyring->name;
    }
    free(more.items);
    return answer;
}

bool store_list(struct store *store, const char *kind, int64_t deadline,
                struct keyring_list *ret_list, struct error *error)
{
    bool any = false, failed = false;
    struct error why = store->trouble;
    const struct keyring *keyring = has_failed(store) ? NULL : store->keyring;
    for (; keyring != NULL; keyring = store->named ? NULL : keyring_next_best(keyring)) {
        struct error one = { 0 };
        enum keyring_answer answer = list_one(keyring, kind, deadline, ret_list, &one);
        any = any || answer == KEYRING_FOUND;
        if (answer == KEYRING_ABSENT && keyring == store->keyring)
            use_next_best(store, &one);
        if (answer == KEYRING_FAILED || (answer == KEYRING_ABSENT && why.message[0] == '\0'))
            why = one;
        failed = failed || answer == KEYRING_FAILED;
    }
    if (any && !failed)
        return true;
    *error = why;
    return store_fail(store, error);
}

bool store_drop_item(const struct store *store, const struct keyring_item *item, int64_t deadline,
                     struct error *error)
{
    struct error why;
    const struct keyring *keyring = keyring_open(item->store, &why, error);
    return (keyring != NULL && keyring->erase_item(item, deadline, error)) ||
           store_fail(store, error);
}
