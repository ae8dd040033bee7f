/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "common/store/default_account.h"

#include <inttypes.h>
#include <string.h>
#include <strings.h>

#include "common/base/hash.h"
#include "common/base/text.h"
#include "common/entra/authority.h"
#include "common/store/account_store.h"

static struct keyring_key key_of(const char *instance)
{
    return (struct keyring_key){ {
        { STORE_KIND, STORE_KIND_ACCOUNT },
        { STORE_AUTHORITY, instance },
        { STORE_USERNAME, ACCOUNT_DEFAULT },
    } };
}

bool default_account_read(const struct secret *record, struct default_account *ret_default)
{
    struct error unused;
    struct account account;
    if (!account_from_json(record->bytes, record->length, &account, &unused))
        return false;
    auto_json json_object *parsed = json_parse(record->bytes, record->length, &unused);
    json_object *tenants = json_object_object_get(parsed, "tenants");
    *ret_default = (struct default_account){ .account = account };
    if (json_object_is_type(tenants, json_type_object))
        ret_default->tenants = json_object_get(tenants);
    return true;
}

enum keyring_answer default_account_find(struct store *store, const char *instance,
                                         int64_t deadline, struct default_account *ret_default,
                                         struct error *error)
{
    struct keyring_key key = key_of(instance);
    auto_secret struct secret *record = NULL;
    enum keyring_answer answer = store_look_up(store, &key, deadline, &record, error);
    if (answer != KEYRING_FOUND || default_account_read(record, ret_default))
        return answer;
    trace("keyring: the item of the default account is ignored, since it is damaged");
    return KEYRING_NOTHING;
}

/* ---- tenants ---- */

/* The tenant's name among the tenants; NULL if it names no single one. The caller frees it. */
static char *name_of(const char *tenant)
{
    if (tenant == NULL || !authority_is_single_tenant(tenant))
        return NULL;
    char *name = strdup(tenant);
    text_lower(name);
    return name;
}

/* Returns false if there is none, or what is there is damaged. */
static bool find_in(const struct default_account *from, const char *name,
                    struct account *ret_account)
{
    json_object *record = json_object_object_get(from->tenants, name);
    const char *id = json_string(record, "home_account_id");
    const char *username = json_string(record, "username");
    struct error unused;
    return id != NULL && username != NULL && account_set(ret_account, id, username, &unused);
}

static void copy_account(struct account *to, const struct account *from)
{
    *to = (struct account){ .home_account_id = strdup(from->home_account_id),
                            .username = strdup(from->username) };
}

bool default_account_for(const struct default_account *from, const char *tenant,
                         struct account *ret_account)
{
    autofree char *name = name_of(tenant);
    *ret_account = (struct account){ 0 };
    if (name != NULL && find_in(from, name, ret_account))
        return true;
    copy_account(ret_account, &from->account);
    return false;
}

/* The name among the tenants of a folder's account for one tenant, or for all (NULL). The folder is
 * hashed, since a path may be long. The caller frees it. */
static char *name_in_folder(const char *folder, const char *tenant)
{
    const char *const texts[] = { folder, NULL };
    autofree char *name = name_of(tenant);
    return text_format("%s %016" PRIx64, name != NULL ? name : "", hash_texts(texts));
}

bool default_account_for_folder(const struct default_account *from, const char *folder,
                                const char *tenant, struct account *ret_account)
{
    autofree char *there = name_in_folder(folder, tenant);
    autofree char *anywhere = name_in_folder(folder, NULL);
    *ret_account = (struct account){ 0 };
    return find_in(from, there, ret_account) || find_in(from, anywhere, ret_account);
}

static bool belongs_to(const struct account *account, const char *tenant)
{
    const char *home = account_home_tenant(account->home_account_id);
    return home != NULL && strcasecmp(home, tenant) == 0;
}

static void set_tenant(struct default_account *to, const char *name, const struct account *account)
{
    json_object *record = json_object_new_object();
    json_object_object_add(record, "home_account_id",
                           json_object_new_string(account->home_account_id));
    json_object_object_add(record, "username", json_object_new_string(account->username));
    if (to->tenants == NULL)
        to->tenants = json_object_new_object();
    json_object_object_del(to->tenants, name); /* so that it becomes the last one */
    while (json_object_object_length(to->tenants) >= DEFAULT_ACCOUNT_TENANTS_MAX) {
        struct json_object_iterator first = json_object_iter_begin(to->tenants);
        json_object_object_del(to->tenants, json_object_iter_peek_name(&first));
    }
    json_object_object_add(to->tenants, name, record);
}

/* The item of an earlier version does not have the account for its own tenant. */
static void remember_at_home(struct default_account *to)
{
    auto_account struct account known = { 0 };
    autofree char *home = name_of(account_home_tenant(to->account.home_account_id));
    if (home != NULL && !find_in(to, home, &known))
        set_tenant(to, home, &to->account);
}

void default_account_set(struct default_account *to, const struct account *account)
{
    struct account copy;
    if (to->account.home_account_id != NULL)
        remember_at_home(to);
    copy_account(&copy, account);
    account_clear(&to->account);
    to->account = copy;
}

bool default_account_remember(struct default_account *to, const char *tenant,
                              const struct account *account, bool is_chosen)
{
    auto_account struct account known = { 0 };
    autofree char *name = name_of(tenant);
    if (name == NULL)
        return false;
    bool has_one = find_in(to, name, &known);
    if (has_one && strcmp(known.home_account_id, account->home_account_id) == 0)
        return false;
    if (!is_chosen && (has_one || belongs_to(&to->account, name)))
        return false;
    set_tenant(to, name, account);
    return true;
}

/* Whether what is remembered under this name may be the account's own tenant, by one of its
 * domains, with another of its accounts. */
static bool is_own_domain(const char *name, json_object *record, const struct account *account)
{
    const char *id = json_string(record, "home_account_id");
    const char *theirs = id != NULL ? account_home_tenant(id) : NULL;
    return strchr(name, ' ') == NULL && !text_is_guid(name) && theirs != NULL &&
           belongs_to(account, theirs) && strcmp(id, account->home_account_id) != 0;
}

bool default_account_switch(struct default_account *to, const struct account *account)
{
    bool changed = to->account.home_account_id == NULL ||
                   strcmp(to->account.home_account_id, account->home_account_id) != 0;
    if (changed)
        default_account_set(to, account);
    changed |=
        default_account_remember(to, account_home_tenant(account->home_account_id), account, true);
    if (to->tenants == NULL)
        return changed;
    json_object_object_foreach(to->tenants, name, record) {
        if (!is_own_domain(name, record, account))
            continue;
        json_object_object_add(record, "home_account_id",
                               json_object_new_string(account->home_account_id));
        json_object_object_add(record, "username", json_object_new_string(account->username));
        changed = true;
    }
    return changed;
}

static bool remember_as(struct default_account *to, const char *name, const struct account *account,
                        bool is_chosen)
{
    auto_account struct account known = { 0 };
    bool has_one = find_in(to, name, &known);
    if (has_one && (!is_chosen || strcmp(known.home_account_id, account->home_account_id) == 0))
        return false;
    set_tenant(to, name, account);
    return true;
}

bool default_account_remember_folder(struct default_account *to, const char *folder,
                                     const char *tenant, const struct account *account,
                                     bool is_chosen)
{
    autofree char *there = name_in_folder(folder, tenant);
    autofree char *anywhere = name_in_folder(folder, NULL);
    bool changed = remember_as(to, there, account, is_chosen);
    return remember_as(to, anywhere, account, is_chosen) || changed;
}

/* Keeps the tenants that is_kept tells. Returns whether any went. */
static bool filter(struct default_account *from,
                   bool (*is_kept)(const void *context, const char *name, json_object *record),
                   const void *context)
{
    if (from->tenants == NULL)
        return false;
    json_object *kept = json_object_new_object();
    bool changed = false;
    json_object_object_foreach(from->tenants, name, record) {
        if (is_kept(context, name, record))
            json_object_object_add(kept, name, json_object_get(record));
        else
            changed = true;
    }
    json_object_put(from->tenants);
    from->tenants = kept;
    return changed;
}

static bool is_of_another_folder(const void *ending, const char *name, json_object *record)
{
    (void)record;
    const char *found = strchr(name, ' ');
    return found == NULL || strcmp(found, ending) != 0;
}

bool default_account_forget_folder(struct default_account *from, const char *folder)
{
    autofree char *ending = name_in_folder(folder, NULL);
    return filter(from, is_of_another_folder, ending);
}

struct pruning {
    bool (*is_gone)(const void *context, const char *home_account_id);
    const void *context;
};

static bool is_left(const void *pruning, const char *name, json_object *record)
{
    (void)name;
    const struct pruning *of = pruning;
    const char *id = json_string(record, "home_account_id");
    return id != NULL && !of->is_gone(of->context, id);
}

bool default_account_prune(struct default_account *from,
                           bool (*is_gone)(const void *context, const char *home_account_id),
                           const void *context)
{
    return filter(from, is_left, &(struct pruning){ is_gone, context });
}

/* ---- the item ---- */

static struct secret *format(const struct default_account *what)
{
    json_object *record = json_object_new_object();
    json_object_object_add(record, "home_account_id",
                           json_object_new_string(what->account.home_account_id));
    json_object_object_add(record, "username", json_object_new_string(what->account.username));
    if (what->tenants != NULL && json_object_object_length(what->tenants) > 0)
        json_object_object_add(record, "tenants", json_object_get(what->tenants));
    struct secret *text = secret_from_text(json_object_to_json_string_ext(record, JSON_LINE));
    json_object_put(record);
    return text;
}

bool default_account_put(struct store *store, const char *instance,
                         const struct default_account *what, int64_t deadline, struct error *error)
{
    struct keyring_key key = key_of(instance);
    auto_secret struct secret *record = format(what);
    autofree char *label =
        text_format("Microsoft Entra default account %s", what->account.username);
    return store_put(store, &key, label, record, 0, deadline, error);
}

void default_account_clear(struct default_account *what)
{
    account_clear(&what->account);
    json_object_put(what->tenants);
    *what = (struct default_account){ 0 };
}
