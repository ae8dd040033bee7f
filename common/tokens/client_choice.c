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

static void turn(struct token_request *request, const struct error *reason)
{
    trace("client: %s asks, and not %s: %s", request->second_client, request->client_id,
          reason->message);
    request->client_id = (char *)request->second_client;
    request->second_client = NULL;
    request->client_is_second = true;
}

void client_choice_make(struct token_request *request)
{
    struct error refusal = { 0 };
    if (request->second_client != NULL && shared_error_read(name_of(request).text, 0, &refusal))
        turn(request, &refusal);
}

void client_choice_turn(struct token_request *request, const struct error *reason)
{
    shared_error_post(name_of(request).text, reason, REFUSAL_SECONDS);
    turn(request, reason);
}

bool client_choice_turn_if_refused(struct token_request *request, const struct error *refusal)
{
    if (request->second_client == NULL || !remedies_blame_client(refusal->code))
        return false;
    client_choice_turn(request, refusal);
    return true;
}
