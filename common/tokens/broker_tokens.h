/* SPDX-License-Identifier: MIT */
/*
 * A user's tokens from the device's identity broker (common/acquire/broker/broker.h), where there
 * is one and the request may use it.
 *
 * The broker has the refresh token, so none is stored: what the keyring gets is the access token
 * and whose it is. That a broker does not answer, or refuses a client, is remembered for a while,
 * so that not every process waits for it.
 */
#ifndef COMMON_TOKENS_BROKER_TOKENS_H
#define COMMON_TOKENS_BROKER_TOKENS_H

#include "common/acquire/broker/broker.h"
#include "common/entra/request.h"
#include "common/store/store.h"
#include "common/tokens/user_tokens.h"

/* Whether the request may be answered by a broker, as far as is known without one: it is not
 * forbidden, and there may be a session bus. */
bool broker_tokens_may_try(const struct token_request *request);

/* Whether the request must be answered by the broker and by nothing else. */
bool broker_tokens_is_required(const struct token_request *request);

/* The deadline of broker_tokens_get: half of the time, if the user may be asked after it. */
int64_t broker_tokens_deadline(const struct user_tokens_wait *wait);

/* How asking the broker ended. */
struct broker_outcome {
    enum broker_end end; /* BROKER_DONE, of a sign-in: it was not asked yet */
    bool is_remembered;  /* it has just so ended for another process, and was not asked again */
    struct error reason;
};

/* Gets a token without asking the user. demand: claims that the authority requires in addition to
 * the request's, or "". The broker is told to pass its cache by for the token that the keyring has,
 * and for one that a server has refused (broker_memory.h); if wants_new, for any. *ret_outcome is
 * as acquire of struct broker_module has it; BROKER_ABSENT also if the broker may not be tried;
 * never BROKER_CANCELLED. */
void broker_tokens_get(struct store *store, const struct token_request *request, const char *demand,
                       bool wants_new, int64_t deadline, struct token *ret_token,
                       struct account *ret_account, struct broker_outcome *ret_outcome);

/* As broker_tokens_get, but asks the broker whatever is remembered of it. If it gives a token, all
 * processes ask it again. */
void broker_tokens_try(const struct token_request *request, int64_t deadline,
                       struct token *ret_token, struct account *ret_account,
                       struct broker_outcome *ret_outcome);

/* Signs the user in by the broker: silently if it was not asked before, else by its window if
 * that ended with BROKER_NEEDS_USER. Returns BROKER_DONE, or BROKER_ABSENT without an error if the
 * user is to sign in by other means. Anything else is the end, with an error. */
enum broker_end broker_tokens_sign_in(struct store *store, const struct token_request *request,
                                      const char *demand, const struct broker_outcome *silent,
                                      const struct user_tokens_wait *wait, struct token *ret_token,
                                      struct account *ret_account, struct error *error);

/* Adds to an error why the broker gave no token, if there is one, and how it is asked again. Always
 * returns false. */
bool broker_tokens_explain(const struct token_request *request, const struct user_tokens_wait *wait,
                           const struct broker_outcome *outcome, struct error *error);

#endif
