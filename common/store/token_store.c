/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "common/store/token_store.h"

#include <poll.h>
#include <string.h>

#include "common/base/array.h"
#include "common/base/deadline.h"
#include "common/base/once_a_boot.h"
#include "common/base/text.h"
#include "common/entra/error_report.h"
#include "common/entra/registry_token.h"

/* How long a session bus that is at its limit is asked again, and how often. */
#define LIMITED_MILLISECONDS       5000
#define LIMITED_PAUSE_MILLISECONDS 50

static const char *kind_of(const struct token_request *request)
{
    return request->registry != NULL   ? STORE_KIND_REGISTRY_TOKEN
           : request->pop_host != NULL ? STORE_KIND_BOUND_TOKEN
                                       : STORE_KIND_TOKEN;
}

static struct keyring_key key_of(const struct token_request *request)
{
    return (struct keyring_key){ {
        { STORE_KIND, kind_of(request) },
        { STORE_AUTHORITY, request->instance },
        { STORE_TENANT, request->tenant },
        { STORE_CLIENT_ID, request->client_id },
        { STORE_ACCOUNT, request->for_user ? request->home_account_id : "app" },
        { STORE_SCOPE, request->scope },
        { request->registry != NULL ? STORE_REGISTRY : NULL, request->registry },
    } };
}

static struct keyring_key key_of_secret(const struct token_request *request)
{
    return (struct keyring_key){ {
        { STORE_KIND, STORE_KIND_CLIENT_SECRET },
        { STORE_AUTHORITY, request->instance },
        { STORE_TENANT, request->tenant },
        { STORE_CLIENT_ID, request->client_id },
    } };
}

bool token_store_open(struct token_store *store, const char *name, struct error *error)
{
    *store = (struct token_store){ .named = strcmp(name, "auto") != 0 };
    struct error passed = { 0 };
    store->keyring = keyring_open(name, &passed, error);
    if (store->keyring == NULL)
        return false;
    bool has_none = strcmp(store->keyring->name, "none") == 0;
    *(has_none ? &store->trouble : &store->absent) = passed;
    return true;
}

static bool has_failed(const struct token_store *store)
{
    return store->trouble.message[0] != '\0';
}

/* Continues without the keyring, unless it was chosen by name. */
static bool keyring_failed(struct token_store *store, const struct error *why, struct error *error)
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
static bool use_next_best(struct token_store *store, const struct error *why)
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
static int64_t share_of(const struct token_store *store, int64_t deadline)
{
    int64_t left = deadline_left(deadline);
    return deadline_in(store->works ? left - left / 8 : left / 2);
}

/* Until when a session bus that has as many clients as it takes is asked again. On a busy machine,
 * they end soon. */
static int64_t patience_of(const struct token_store *store, int64_t share)
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

bool token_store_failure_may_pass(const struct error *trouble)
{
    return is_limited(trouble) || is_silent(trouble);
}

bool token_store_can_try_again(const struct token_store *store)
{
    return !store->tried_again && token_store_failure_may_pass(&store->trouble);
}

bool token_store_try_again(struct token_store *store, bool works)
{
    if (!token_store_can_try_again(store))
        return false;
    trace("keyring: %s is asked again: %s", store->keyring->name, store->trouble.message);
    store->trouble = (struct error){ 0 };
    store->tried_again = true;
    store->works = works;
    if (works && store->keyring->expect_answer != NULL)
        store->keyring->expect_answer();
    return true;
}

enum keyring_answer token_store_look_up(struct token_store *store, const struct keyring_key *key,
                                        int64_t deadline, struct secret **ret_record,
                                        struct error *error)
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

bool token_store_hides_nothing(struct token_store *store, int64_t deadline, struct error *error)
{
    auto_secret struct secret *unused = NULL;
    return token_store_look_up(store, &missing, deadline, &unused, error) != KEYRING_FAILED;
}

/* Makes sure that `auto` has settled on a keyring that exists, which takes a lookup. There has been
 * none yet if a new token was forced. */
static bool settle(struct token_store *store, int64_t deadline, struct error *error)
{
    return store->settled || store->named || token_store_hides_nothing(store, deadline, error);
}

bool token_store_match(struct token_store *store, const struct keyring_key *key, int64_t deadline,
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
        return false;
    }
    if (answer != KEYRING_FOUND) /* the newest of a part of them may be an old one */
        keyring_list_clear(ret_list);
    return answer == KEYRING_FOUND || keyring_failed(store, &why, error);
}

bool token_store_put(struct token_store *store, const struct keyring_key *key, const char *label,
                     const struct secret *record, int64_t expires_on, int64_t deadline,
                     struct error *error)
{
    struct error why = { 0 };
    if (!settle(store, deadline, error))
        return false;
    if (has_failed(store))
        return true;
    bool kept = store->keyring->store(key, label, record, expires_on, deadline, &why);
    trace("store: %s: %s", store->keyring->name, kept ? "stored" : why.message);
    return kept || keyring_failed(store, &why, error);
}

bool token_store_drop(struct token_store *store, const struct keyring_key *key, int64_t deadline,
                      struct error *error)
{
    struct error why = { 0 };
    return has_failed(store) || store->keyring->erase(key, deadline, &why) ||
           keyring_failed(store, &why, error);
}

bool token_store_drop_match(struct token_store *store, const struct keyring_item *item,
                            int64_t deadline, struct error *error)
{
    struct error why = { 0 };
    return has_failed(store) || store->keyring->erase_item(item, deadline, &why) ||
           keyring_failed(store, &why, error);
}

bool token_store_check(const struct token_store *store, struct error *error)
{
    if (!has_failed(store))
        return true;
    *error = store->trouble;
    error->kind = ERROR_KEYRING;
    return false;
}

bool token_store_saw_all(const struct token_store *store, struct error *error)
{
    static const char *const harmless[] = { "keyring_no_bus",      "keyring_absent",
                                            "keyring_foreign_bus", "keyring_full",
                                            "keyring_forbidden",   "keyring_no_folder" };
    for (size_t i = 0; i < ARRAY_SIZE(harmless); i++)
        if (strcmp(store->trouble.code, harmless[i]) == 0)
            return true;
    return token_store_check(store, error);
}

bool token_store_can_keep(const struct token_store *store)
{
    return !has_failed(store) && strcmp(store->keyring->name, "none") != 0;
}

/* Whether the token is of the request's kind, and of its registry. */
static bool is_wanted(const struct token_request *request, const struct token *token)
{
    struct error unused;
    int64_t ignored;
    const struct secret *text = token->access_token;
    return (token->key_id[0] != '\0') == (request->pop_host != NULL) &&
           (request->registry == NULL ||
            registry_token_read(text->bytes, text->length, request->registry, &ignored, &unused));
}

enum keyring_answer token_store_find(struct token_store *store, const struct token_request *request,
                                     int64_t deadline, struct token *ret_token, struct error *error)
{
    struct keyring_key key = key_of(request);
    auto_secret struct secret *record = NULL;
    struct error why = { 0 };
    token_clear(ret_token);
    enum keyring_answer answer = token_store_look_up(store, &key, deadline, &record, error);
    if (answer == KEYRING_NOTHING)
        trace("keyring: %s has no such token", store->keyring->name);
    if (answer != KEYRING_FOUND)
        return answer;
    if (!token_from_json(record->bytes, record->length, ret_token, &why)) {
        trace("keyring: the item is ignored: %s", why.message);
        return KEYRING_NOTHING;
    }
    if (is_wanted(request, ret_token))
        return KEYRING_FOUND;
    trace("keyring: the item is ignored: its token is not of the kind that was asked for");
    token_clear(ret_token);
    return KEYRING_NOTHING;
}

static char *label_of(const struct token_request *request)
{
    return text_format("Microsoft Entra %stoken for %s (%s%s, tenant %s)",
                       request->pop_host != NULL   ? "bound "
                       : request->registry != NULL ? "registry "
                                                   : "",
                       request->registry != NULL ? request->registry
                       : request->api != NULL    ? request->api
                                                 : request->scope,
                       request->for_user ? "" : "app ",
                       request->for_user ? request->username : request->client_id, request->tenant);
}

bool token_store_keep(struct token_store *store, const struct token_request *request,
                      const struct token *token, int64_t deadline, struct error *error)
{
    struct keyring_key key = key_of(request);
    autofree char *label = label_of(request);
    auto_secret struct secret *record = token_to_json(token);
    return token_store_put(store, &key, label, record, token->expires_on, deadline, error);
}

void token_store_warn(struct token_store *store)
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

/* Records why the keyring has no answer. This is not an error yet: another credential may not need
 * the keyring. */
static void record_trouble(const struct token_store *store, struct credential *credential)
{
    if (credential->trouble == NULL)
        credential->trouble = malloc(sizeof *credential->trouble);
    *credential->trouble = store->trouble;
    credential->trouble->kind = ERROR_KEYRING;
}

static bool fill_credential(struct token_store *store, const struct token_request *request,
                            struct credential *credential, int64_t deadline, struct error *error)
{
    struct keyring_key key = key_of_secret(request);
    enum keyring_answer answer =
        token_store_look_up(store, &key, deadline, &credential->secret, error);
    if (has_failed(store))
        record_trouble(store, credential);
    if (answer != KEYRING_FOUND)
        return answer == KEYRING_NOTHING;
    credential->kept = true;
    if (strlen(credential->secret->bytes) == credential->secret->length)
        credential->kind = CREDENTIAL_CLIENT_SECRET;
    return true;
}

bool token_store_fill_credentials(struct token_store *store, struct token_request *request,
                                  int64_t deadline, struct error *error)
{
    for (size_t i = 0; i < request->credential_count; i++)
        if (request->credentials[i].kind == CREDENTIAL_KEYRING &&
            !fill_credential(store, request, &request->credentials[i], deadline, error))
            return false;
    return true;
}

bool token_store_erase(struct token_store *store, const struct token_request *request,
                       const char *refused, size_t length, int64_t deadline, struct error *error)
{
    struct keyring_key key = key_of(request);
    auto_token struct token token = { 0 };
    auto_secret struct secret *record = NULL;
    struct error why;
    enum keyring_answer answer = token_store_look_up(store, &key, deadline, &record, error);
    if (answer != KEYRING_FOUND)
        return answer == KEYRING_NOTHING;
    bool is_readable = token_from_json(record->bytes, record->length, &token, &why);
    if (is_readable && !secret_equals(token.access_token, refused, length)) {
        trace("keyring: the token there is not the refused one and stays");
        return true;
    }
    trace("keyring: the %s token is deleted", is_readable ? "refused" : "unreadable");
    return store->keyring->erase(&key, deadline, error);
}

bool token_store_keep_secret(struct token_store *store, const struct token_request *request,
                             const struct secret *secret, int64_t deadline, struct error *error)
{
    struct keyring_key key = key_of_secret(request);
    if (!has_failed(store) && !settle(store, deadline, error))
        return false;
    if (has_failed(store)) {
        *error = store->trouble;
        return false;
    }
    if (strcmp(store->keyring->name, "none") == 0)
        return error_set(error, ERROR_USAGE, "the keyring 'none' stores nothing");
    if (secret == NULL)
        return store->keyring->erase(&key, deadline, error);
    autofree char *label = text_format("Microsoft Entra client secret of app %s (tenant %s)",
                                       request->client_id, request->tenant);
    return store->keyring->store(&key, label, secret, 0, deadline, error);
}

/* Appends the items of one keyring to a list. The list of one that hides items is not whole, which
 * only a lookup shows (token_store_hides_nothing). */
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

bool token_store_list(struct token_store *store, const char *kind, int64_t deadline,
                      struct keyring_list *ret_list, struct error *error)
{
    bool any = false, failed = false;
    struct error why = store->trouble;
    const struct keyring *keyring = has_failed(store) ? NULL : store->keyring;
    for (; keyring != NULL; keyring = store->named ? NULL : keyring_next_best(keyring)) {
        struct error one = { 0 };
        enum keyring_answer answer = list_one(keyring, kind, deadline, ret_list, &one);
        any = any || answer == KEYRING_FOUND;
        if (answer == KEYRING_FAILED || (answer == KEYRING_ABSENT && why.message[0] == '\0'))
            why = one;
        failed = failed || answer == KEYRING_FAILED;
    }
    if (any && !failed)
        return true;
    *error = why;
    error->kind = store->named ? ERROR_KEYRING : ERROR_OTHER;
    return false;
}

bool token_store_drop_item(const struct keyring_item *item, int64_t deadline, struct error *error)
{
    struct error why;
    const struct keyring *keyring = keyring_open(item->store, &why, error);
    return keyring != NULL && keyring->erase_item(item, deadline, error);
}
