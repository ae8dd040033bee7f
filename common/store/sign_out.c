/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "common/store/sign_out.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/base/cleanup.h"
#include "common/base/deadline.h"
#include "common/base/report.h"
#include "common/base/runtime_folder.h"
#include "common/base/text.h"

/* Users write client IDs in capitals, too. */
static struct runtime_name name_of(const char *keyring, const char *home_account_id,
                                   const char *client_id)
{
    const char *account = home_account_id != NULL ? home_account_id : "";
    autofree char *client = strdup(client_id != NULL ? client_id : "");
    text_lower(client);
    return runtime_name(RUNTIME_NOTE, (const char *[]){ keyring, account, client, NULL });
}

static void note(const char *keyring, const char *home_account_id, const char *client_id)
{
    struct runtime_name name = name_of(keyring, home_account_id, client_id);
    int64_t now = deadline_now();
    auto_secret struct secret *content = secret_new((const char *)&now, sizeof now);
    autoclose int folder = runtime_folder_open();
    if (folder < 0 || !runtime_write(folder, name.text, content))
        trace("store: the sign-out is not noted: %m");
}

void sign_out_note(const struct store *store, const char *home_account_id, const char *client_id)
{
    const struct keyring *keyring = store->keyring;
    for (; keyring != NULL; keyring = store->named ? NULL : keyring_next_best(keyring))
        note(keyring->name, home_account_id, client_id);
}

void sign_out_note_all(const char *keyring)
{
    note(keyring, NULL, NULL);
}

void sign_out_lift(const struct store *store, const char *home_account_id, const char *client_id)
{
    const char *keyring = store->keyring->name;
    autoclose int folder = runtime_folder_open();
    if (folder < 0)
        return;
    unlinkat(folder, name_of(keyring, home_account_id, NULL).text, 0);
    unlinkat(folder, name_of(keyring, home_account_id, client_id).text, 0);
}

/* A note of an earlier boot may have a time that is still to come. */
static bool is_noted(int folder, const struct store *store, const char *home_account_id,
                     const char *client_id)
{
    int64_t noted;
    struct runtime_name name = name_of(store->keyring->name, home_account_id, client_id);
    auto_secret struct secret *content = runtime_read(folder, name.text, sizeof noted);
    if (content == NULL || content->length != sizeof noted)
        return false;
    memcpy(&noted, content->bytes, sizeof noted);
    return noted >= store->opened && noted <= deadline_now();
}

static bool is_gone(const struct store *store, const struct token_request *request)
{
    const char *account = request->for_user ? request->home_account_id : NULL;
    autoclose int folder = runtime_folder_open();
    return folder >= 0 && (is_noted(folder, store, NULL, NULL) ||
                           (account != NULL && is_noted(folder, store, account, NULL)) ||
                           is_noted(folder, store, account, request->client_id));
}

/* The second look is for a sign-out that was noted after the first, and may have listed what there
 * is before this was stored. */
bool sign_out_put(struct store *store, const struct token_request *request,
                  const struct keyring_key *key, const char *label, const struct secret *record,
                  int64_t expires_on, int64_t deadline, struct error *error)
{
    if (!store_settle(store, deadline, error))
        return false;
    bool gone = is_gone(store, request);
    if (!gone && !store_put(store, key, label, record, expires_on, deadline, error))
        return false;
    if (!gone && !is_gone(store, request))
        return true;
    trace("store: nothing is stored, since it was signed out or deleted meanwhile");
    return gone || store_drop(store, key, deadline, error);
}
