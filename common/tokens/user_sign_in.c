/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "common/tokens/user_sign_in.h"

#include <string.h>

#include "common/base/deadline.h"
#include "common/base/shared_error.h"
#include "common/base/shell_line.h"
#include "common/base/text.h"
#include "common/entra/claims.h"
#include "common/entra/error_report.h"
#include "common/tokens/advice.h"
#include "common/tokens/client_choice.h"
#include "common/tokens/sign_in_needed.h"
#include "common/tokens/sign_in_silence.h"
#include "common/tokens/user_locks.h"

/* How long the failure of a sign-in is shared with the processes that waited for it. */
#define FAILURE_SECONDS 60

/* Without a refresh token, all that a sign-in gives is the access token that came with it, if a
 * scope was requested. */
static bool check_lasts(const struct token_request *request, const struct account *account,
                        struct error *error)
{
    struct error why;
    if (account->refresh_token != NULL)
        return true;
    error_set(&why, ERROR_REFUSED,
              "the authority sent no refresh token that can be stored, so the sign-in %s",
              request->scope != NULL ? "lasts no longer than this token" : "is useless");
    error_known_as(&why, "no_refresh_token");
    if (request->scope == NULL) {
        *error = why;
        return false;
    }
    error_warn(&why);
    return true;
}

static void set_account(struct token_request *request, const struct account *account)
{
    free(request->home_account_id);
    free(request->username);
    request->home_account_id = strdup(account->home_account_id);
    request->username = strdup(account->username);
}

/* A sign-in, and how it ended, for the browser. */
struct attempted {
    const struct user_sign_in *how;
    struct sign_in_browser *browser; /* that waits for it; NULL: none does */
    bool goes_on;                    /* another client tries the same */
};

bool user_sign_in_keep(struct store *store, struct token_request *request,
                       const struct account *account, enum account_choice choice,
                       struct error *error)
{
    bool waited = false;
    auto_single_flight struct single_flight flight = { -1 };
    set_account(request, account);
    /* A refresh in another process could overwrite this refresh token with an older one. */
    user_locks_take(&flight, user_locks_refresh(request).text,
                    deadline_in(USER_LOCKS_STORE_MILLISECONDS), &waited);
    return account_store_keep(store, request, account, choice,
                              deadline_in(USER_LOCKS_STORE_MILLISECONDS), error);
}

/* Has the user sign in and stores the account. */
static bool sign_in_once(struct attempted *attempted, struct token *token, struct error *error)
{
    const struct user_sign_in *how = attempted->how;
    struct token_request *request = how->request;
    auto_account struct account account = { 0 };
    struct token_request demanding = *request; /* owns nothing */
    autofree char *claims =
        how->demand[0] != '\0' ? claims_add_demand(request->claims, how->demand) : NULL;
    if (claims != NULL)
        demanding.claims = claims;
    struct shell_line line = sign_in_line(request, how->wait->options);
    autofree char *command = text_format("run 'entra login --device-code%s'", line.text);
    if (request->device_code == NULL)
        demanding.device_code = command;
    struct runtime_name failure = user_locks_failure(request);
    struct runtime_name silence = user_locks_silence(request);
    sign_in_silence_begin(silence.text);
    enum broker_end broker = broker_tokens_sign_in(how->store, request, how->demand, &how->broker,
                                                   how->wait, token, &account, error);
    bool signed_in = broker == BROKER_DONE ||
                     (broker == BROKER_ABSENT &&
                      how->module->sign_in(&demanding, how->wait->sign_in_deadline, token, &account,
                                           &attempted->browser, error));
    if (!signed_in) {
        attempted->goes_on =
            broker == BROKER_ABSENT && client_choice_turn_if_refused(request, error);
        if (attempted->goes_on) {
            sign_in_silence_end(silence.text);
            warning("the client %s is refused, so you are asked to sign in with another one: %s",
                    demanding.client_id, error->message);
            return false;
        }
        if (error->kind != ERROR_SIGN_IN && error->kind != ERROR_REFUSED)
            sign_in_silence_end(silence.text);
        shared_error_post(failure.text, error, FAILURE_SECONDS);
        return false;
    }
    sign_in_silence_end(silence.text);
    return (broker == BROKER_DONE || check_lasts(request, &account, error)) &&
           user_sign_in_keep(how->store, request, &account, how->choice, error);
}

/* Says in the browser what the program will say. error is NULL if the user is signed in. */
static void answer_browser(const struct attempted *attempted, const struct error *error)
{
    const struct user_sign_in *how = attempted->how;
    enum sign_in_end end = attempted->goes_on ? SIGN_IN_GOES_ON : SIGN_IN_FAILED;
    if (attempted->browser == NULL)
        return;
    if (error == NULL) {
        how->module->answer_browser(attempted->browser, SIGN_IN_DONE, NULL, NULL);
        return;
    }
    struct error shown = *error;
    advice_complete(how->request, how->wait->options, &shown);
    advice_name_settings(how->request, &shown);
    how->module->answer_browser(attempted->browser, end, &shown, error_advice(&shown));
}

bool user_sign_in(const struct user_sign_in *how, struct token *ret_token, struct error *error)
{
    struct attempted attempted = { .how = how };
    bool signed_in = false;
    do { /* twice at most: there is no third client */
        *error = (struct error){ 0 };
        attempted = (struct attempted){ .how = how };
        signed_in = sign_in_once(&attempted, ret_token, error);
        answer_browser(&attempted, signed_in ? NULL : error);
    } while (attempted.goes_on);
    return signed_in;
}
