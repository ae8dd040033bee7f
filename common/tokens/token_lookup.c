/* SPDX-License-Identifier: MIT */
#include "common/tokens/token_lookup.h"

#include <string.h>
#include <time.h>

#include "common/base/deadline.h"
#include "common/entra/claims.h"
#include "common/store/account_store.h"
#include "common/store/token_store.h"
#include "common/tokens/client_choice.h"
#include "common/tokens/pop.h"

/* Finds the key that a token from the keyring is bound to. Without that key, the token is of no
 * use, and there is none. */
static enum keyring_answer find_key_of(struct attempt *attempt, struct token *token,
                                       struct error *error)
{
    enum keyring_answer answer = pop_find_key(attempt, error);
    if (answer == KEYRING_FOUND && strcmp(attempt->request.pop_key.id, token->key_id) == 0)
        return KEYRING_FOUND;
    token_clear(token);
    return answer == KEYRING_FAILED ? KEYRING_FAILED : KEYRING_NOTHING;
}

enum keyring_answer token_look_up(struct attempt *attempt, struct token *token, struct error *error)
{
    struct store *store = &attempt->tokens->store;
    struct token_request *request = &attempt->request;
    attempt->looked_at = deadline_now();
    if (request->for_user && request->home_account_id == NULL) {
        enum keyring_answer answer =
            account_store_resolve(store, request, attempt->deadline, error);
        if (answer != KEYRING_FOUND)
            return answer;
    }
    enum keyring_answer answer = token_store_find(store, request, attempt->deadline, token, error);
    return answer == KEYRING_FOUND && pop_is_wanted(attempt) ? find_key_of(attempt, token, error)
                                                             : answer;
}

enum keyring_answer token_look_up_again(struct attempt *attempt, int64_t since, struct token *token,
                                        struct error *error)
{
    auto_token struct token found = { 0 };
    int64_t now = time(NULL);
    client_choice_make(&attempt->request);
    enum keyring_answer answer = token_look_up(attempt, &found, error);
    if (answer != KEYRING_FOUND)
        return answer;
    bool is_new = found.received_on >= since && token_is_alive(&found, now);
    bool has_claims =
        !attempt->request.challenged || found.claims == claims_hash(attempt->request.claims);
    bool accepted = has_claims && (is_new || (!attempt->wants_new && token_is_fresh(&found, now)));
    if (accepted || !attempt->wants_new)
        token_move(token, &found);
    return accepted ? KEYRING_FOUND : KEYRING_NOTHING;
}
