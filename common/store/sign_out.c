/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "common/store/sign_out.h"

#include <string.h>
#include <unistd.h>

#include "common/base/cleanup.h"
#include "common/base/deadline.h"
#include "common/base/report.h"
#include "common/base/runtime_folder.h"

static struct runtime_name name_of(const char *home_account_id)
{
    return runtime_name(RUNTIME_NOTE, (const char *[]){ home_account_id, NULL });
}

void sign_out_note(const char *home_account_id)
{
    int64_t now = deadline_now();
    auto_secret struct secret *content = secret_new((const char *)&now, sizeof now);
    autoclose int folder = runtime_folder_open();
    if (folder < 0 || !runtime_write(folder, name_of(home_account_id).text, content))
        trace("store: the sign-out is not noted: %m");
}

void sign_out_lift(const char *home_account_id)
{
    autoclose int folder = runtime_folder_open();
    if (folder >= 0)
        unlinkat(folder, name_of(home_account_id).text, 0);
}

/* A note of an earlier boot may have a time that is still to come. */
static bool is_noted(int folder, const char *home_account_id, int64_t since)
{
    int64_t noted;
    auto_secret struct secret *content =
        runtime_read(folder, name_of(home_account_id).text, sizeof noted);
    if (content == NULL || content->length != sizeof noted)
        return false;
    memcpy(&noted, content->bytes, sizeof noted);
    return noted >= since && noted <= deadline_now();
}

static bool is_gone(const struct store *store, const char *home_account_id)
{
    autoclose int folder = runtime_folder_open();
    return folder >= 0 &&
           (is_noted(folder, NULL, store->opened) ||
            (home_account_id != NULL && is_noted(folder, home_account_id, store->opened)));
}

/* The second look is for a sign-out that was noted after the first, and may have listed what there
 * is before this was stored. */
bool sign_out_put(struct store *store, const char *home_account_id, const struct keyring_key *key,
                  const char *label, const struct secret *record, int64_t expires_on,
                  int64_t deadline, struct error *error)
{
    bool gone = is_gone(store, home_account_id);
    if (!gone && !store_put(store, key, label, record, expires_on, deadline, error))
        return false;
    if (!gone && !is_gone(store, home_account_id))
        return true;
    trace("store: nothing is stored, since %s meanwhile",
          home_account_id != NULL ? "the account was signed out" : "all was deleted");
    return gone || store_drop(store, key, deadline, error);
}
