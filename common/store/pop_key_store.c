/* SPDX-License-Identifier: MIT */
#include "common/store/pop_key_store.h"

#include "common/base/text.h"
#include "common/store/sign_out.h"

static struct keyring_key key_of(const struct token_request *request)
{
    if (request->for_user)
        return (struct keyring_key){ {
            { STORE_KIND, STORE_KIND_POP_KEY },
            { STORE_AUTHORITY, request->instance },
            { STORE_ACCOUNT, request->home_account_id },
        } };
    return (struct keyring_key){ {
        { STORE_KIND, STORE_KIND_POP_KEY },
        { STORE_AUTHORITY, request->instance },
        { STORE_TENANT, request->tenant },
        { STORE_CLIENT_ID, request->client_id },
        { STORE_ACCOUNT, "app" },
    } };
}

enum keyring_answer pop_key_store_find(struct store *store, const struct token_request *request,
                                       int64_t deadline, struct pop_key *ret_key,
                                       struct error *error)
{
    struct keyring_key key = key_of(request);
    auto_secret struct secret *record = NULL;
    struct error why = { 0 };
    enum keyring_answer answer = store_look_up(store, &key, deadline, &record, error);
    if (answer != KEYRING_FOUND)
        return answer;
    if (pop_key_from_json(record->bytes, record->length, ret_key, &why))
        return KEYRING_FOUND;
    trace("keyring: the key is ignored: %s", why.message);
    return KEYRING_NOTHING;
}

bool pop_key_store_keep(struct store *store, const struct token_request *request, int64_t deadline,
                        struct error *error)
{
    struct keyring_key key = key_of(request);
    autofree char *label = text_format("Microsoft Entra proof-of-possession key of %s%s",
                                       request->for_user ? "" : "app ",
                                       request->for_user ? request->username : request->client_id);
    auto_secret struct secret *record = pop_key_to_json(&request->pop_key);
    return sign_out_put(store, request, &key, label, record, 0, deadline, error);
}
