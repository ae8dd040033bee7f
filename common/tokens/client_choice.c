/* SPDX-License-Identifier: MIT */
#include "common/tokens/client_choice.h"

#include "common/base/report.h"
#include "common/base/runtime_folder.h"
#include "common/base/shared_error.h"
#include "common/entra/remedies.h"

/* An administrator may let the first client in. */
#define REFUSAL_SECONDS (24 * 60 * 60)

static struct runtime_name name_of(const struct token_request *request)
{
    const char *const texts[] = { request->instance, request->tenant, request->client_id,
                                  request->scope != NULL ? request->scope : "", NULL };
    return runtime_name("client-refusal", texts);
}

/* An authority refuses otherwise than with ERROR_SIGN_IN. */
static void turn(struct token_request *request, const struct error *reason)
{
    trace("client: %s asks, and not %s: %s", request->second_client, request->client_id,
          reason->message);
    request->first_is_refused = reason->kind != ERROR_SIGN_IN;
    request->first_client = request->client_id;
    request->client_id = (char *)request->second_client;
    request->second_client = NULL;
}

void client_choice_make(struct token_request *request)
{
    struct error refusal = { 0 };
    if (request->second_client != NULL && shared_error_read(name_of(request).text, 0, &refusal))
        turn(request, &refusal);
}

static void turn_and_remember(struct token_request *request, const struct error *reason)
{
    shared_error_post(name_of(request).text, reason, REFUSAL_SECONDS);
    turn(request, reason);
}

void client_choice_turn_to_sign_in(struct token_request *request)
{
    struct error reason = { 0 };
    error_set(&reason, ERROR_SIGN_IN, "only that client has a sign-in of %s", request->username);
    turn_and_remember(request, &reason);
}

void client_choice_turn_back(struct token_request *request)
{
    trace("client: %s asks again: there is a sign-in now", request->first_client);
    request->second_client = request->client_id;
    request->client_id = (char *)request->first_client;
    request->first_client = NULL;
    shared_error_withdraw(name_of(request).text);
}

bool client_choice_turn_if_refused(struct token_request *request, const struct error *refusal)
{
    if (request->second_client == NULL || !remedies_blame_client(refusal->code))
        return false;
    turn_and_remember(request, refusal);
    return true;
}
