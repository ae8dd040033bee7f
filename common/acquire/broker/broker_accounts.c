/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "common/acquire/broker/broker_accounts.h"

#include <string.h>
#include <strings.h>

#include "common/acquire/broker/broker_failure.h"
#include "common/base/text.h"

/* ---- reading ---- */

/* A copy of what the broker sent, as it came, but for members of absurd length. */
static json_object *copy_of(json_object *sent)
{
    json_object *copy = json_object_new_object();
    json_object_object_foreach(sent, name, value) {
        bool is_scalar = !json_object_is_type(value, json_type_object) &&
                         !json_object_is_type(value, json_type_array);
        if (is_scalar && json_object_get_string_len(value) <= BROKER_MEMBER_MAX &&
            strlen(name) <= BROKER_MEMBER_MAX)
            json_object_object_add(copy, name, json_object_get(value));
    }
    return copy;
}

static bool read_account(json_object *sent, struct broker_account *ret_account)
{
    const char *id = json_string(sent, "homeAccountId");
    const char *username = json_string(sent, "username");
    if (id == NULL || username == NULL || !account_is_home_account_id(id) ||
        !account_is_username(username))
        return false;
    *ret_account = (struct broker_account){ .home_account_id = strdup(id),
                                            .username = strdup(username),
                                            .as_sent = copy_of(sent) };
    return true;
}

enum broker_end broker_accounts_read(const char *text, size_t length,
                                     struct broker_accounts *ret_accounts, struct error *error)
{
    struct broker_accounts read = { .count = 0 };
    json_object *list = NULL;
    auto_json json_object *answer = NULL; /* which shares members with the accounts */
    enum broker_end end = broker_failure_parse(text, length, &answer, error);
    if (end != BROKER_DONE)
        return end;
    if (!json_object_object_get_ex(answer, "accounts", &list) ||
        !json_object_is_type(list, json_type_array)) {
        broker_failure_unusable(error, "it has no accounts");
        return BROKER_UNUSABLE;
    }
    for (size_t i = 0; i < json_object_array_length(list); i++)
        if (read.count < BROKER_ACCOUNTS_MAX &&
            read_account(json_object_array_get_idx(list, i), &read.items[read.count]))
            read.count++;
        else
            read.passed_over++;
    *ret_accounts = read;
    return BROKER_DONE;
}

void broker_accounts_clear(struct broker_accounts *accounts)
{
    for (size_t i = 0; i < accounts->count; i++) {
        free(accounts->items[i].home_account_id);
        free(accounts->items[i].username);
        json_object_put(accounts->items[i].as_sent);
    }
    accounts->count = accounts->passed_over = 0;
}

/* ---- choosing ---- */

static bool is_wanted(const struct broker_account *account, const struct token_request *request)
{
    if (request->home_account_id != NULL)
        return strcasecmp(account->home_account_id, request->home_account_id) == 0;
    return request->account == NULL || strcasecmp(account->username, request->account) == 0;
}

static bool is_of_tenant(const struct broker_account *account, const struct token_request *request)
{
    const char *tenant = account_home_tenant(account->home_account_id);
    return tenant != NULL && strcasecmp(tenant, request->tenant) == 0;
}

static bool fits(const struct broker_account *account, const struct token_request *request,
                 bool of_tenant)
{
    return is_wanted(account, request) && (!of_tenant || is_of_tenant(account, request));
}

static bool is_same(const struct broker_account *account, const struct broker_account *other)
{
    return strcasecmp(account->home_account_id, other->home_account_id) == 0;
}

bool broker_accounts_is_again(const struct broker_accounts *accounts, size_t index)
{
    for (size_t i = 0; i < index; i++)
        if (is_same(&accounts->items[i], &accounts->items[index]))
            return true;
    return false;
}

/* Whether this is how the broker knows the account in the request's tenant. */
static bool is_in_tenant(const struct broker_account *account, const struct token_request *request)
{
    const char *realm = json_string(account->as_sent, "realm");
    return realm != NULL && strcasecmp(realm, request->tenant) == 0;
}

/* The only account that fits, however often it is listed: if possible, as it is in the request's
 * tenant. NULL if there are several, or none, and *ret_fits is whether there are. */
static const struct broker_account *only(const struct broker_accounts *accounts,
                                         const struct token_request *request, bool of_tenant,
                                         bool *ret_fits)
{
    const struct broker_account *found = NULL;
    bool is_one = true;
    for (size_t i = 0; i < accounts->count; i++) {
        const struct broker_account *account = &accounts->items[i];
        if (!fits(account, request, of_tenant))
            continue;
        is_one = is_one && (found == NULL || is_same(found, account));
        if (found == NULL || is_in_tenant(account, request))
            found = account;
    }
    *ret_fits = found != NULL;
    return is_one ? found : NULL;
}

/* Nobody can tell which of several accounts is meant. */
static void fail_several(const struct broker_accounts *accounts, const char *name,
                         struct error *error)
{
    size_t count = 0;
    for (size_t i = 0; i < accounts->count; i++)
        if (!broker_accounts_is_again(accounts, i))
            count++;
    if (name != NULL) {
        error_set(error, ERROR_SIGN_IN,
                  "several accounts that are called %s are signed in to this device", name);
        error_hint(error, "Name the tenant that the account is from: --tenant ID.");
    } else {
        error_set(error, ERROR_SIGN_IN,
                  "%zu accounts are signed in to this device, and none of them was asked for",
                  count);
        error_hint(error, "Name one of them: --account %.100s, for example.",
                   accounts->items[0].username);
    }
    error_known_as(error, "broker_several_accounts");
}

static void fail_none(const struct broker_accounts *accounts, const char *name, struct error *error)
{
    size_t unread = accounts->passed_over;
    if (unread > 0 && name != NULL)
        error_set(error, ERROR_SIGN_IN,
                  "%s is not signed in to this device, as far as its accounts can be read: %zu "
                  "cannot",
                  name, unread);
    else if (unread > 0)
        error_set(error, ERROR_SIGN_IN,
                  "it is not known who is signed in to this device: %zu account%s cannot be read",
                  unread, unread == 1 ? "" : "s");
    else if (name != NULL)
        error_set(error, ERROR_SIGN_IN, "%s is not signed in to this device", name);
    else
        error_set(error, ERROR_SIGN_IN, "nobody is signed in to this device");
    error_known_as(error, unread > 0 ? "broker_accounts_unreadable" : "broker_no_account");
}

const struct broker_account *broker_accounts_find(const struct broker_accounts *accounts,
                                                  const struct token_request *request,
                                                  struct error *error)
{
    const char *name = request->username != NULL ? request->username : request->account;
    bool fits_any = false, fits_tenant = false;
    const struct broker_account *found = only(accounts, request, false, &fits_any);
    if (found == NULL)
        found = only(accounts, request, true, &fits_tenant);
    if (found == NULL && fits_any)
        fail_several(accounts, name, error);
    else if (found == NULL)
        fail_none(accounts, name, error);
    return found;
}
