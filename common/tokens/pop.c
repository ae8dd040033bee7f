/* SPDX-License-Identifier: MIT */
#include "common/tokens/pop.h"

#include <time.h>

#include "common/pop/pop.h"
#include "common/store/account_store.h"
#include "common/store/pop_key_store.h"

static bool has_key(const struct attempt *attempt)
{
    return attempt->request.pop_key.private_key != NULL;
}

enum keyring_answer pop_find_key(struct attempt *attempt, struct error *error)
{
    auto_pop_key struct pop_key found = { 0 };
    struct error why = { 0 };
    if (has_key(attempt))
        return KEYRING_FOUND;
    enum keyring_answer answer = pop_key_store_find(&attempt->tokens->store, &attempt->request,
                                                    attempt->deadline, &found, error);
    if (answer != KEYRING_FOUND)
        return answer;
    const struct pop_module *module = pop_load(error);
    if (module == NULL)
        return KEYRING_FAILED;
    if (!module->check_key(&found, &why)) {
        trace("keyring: the key is ignored: %s", why.message);
        return KEYRING_NOTHING;
    }
    attempt->request.pop_key = pop_key_steal(&found);
    return KEYRING_FOUND;
}

/* Finds the key if it is known whose it would be. A user who signs in for the first time has none.
 */
static enum keyring_answer find_key(struct attempt *attempt, struct error *error)
{
    struct token_request *request = &attempt->request;
    if (request->for_user && request->home_account_id == NULL) {
        enum keyring_answer answer =
            account_store_resolve(&attempt->tokens->store, request, attempt->deadline, error);
        if (answer != KEYRING_FOUND)
            return answer;
    }
    return pop_find_key(attempt, error);
}

bool pop_prepare_key(struct attempt *attempt, bool *ret_is_new, struct error *error)
{
    enum keyring_answer answer = find_key(attempt, error);
    *ret_is_new = answer == KEYRING_NOTHING;
    if (answer == KEYRING_FAILED)
        return false;
    if (answer == KEYRING_FOUND)
        return true;
    const struct pop_module *module = pop_load(error);
    trace("keyring: there is no key for proof of possession yet");
    return module != NULL && module->make_key(&attempt->request.pop_key, error);
}

bool pop_sign_token(const struct attempt *attempt, struct token *token, struct error *error)
{
    const struct token_request *request = &attempt->request;
    struct token signed_form = { 0 };
    const struct pop_module *module = pop_load(error);
    if (module == NULL ||
        !module->sign(&request->pop_key, request->pop_host, token, time(NULL), &signed_form, error))
        return false;
    token_clear(token);
    *token = signed_form;
    return true;
}
