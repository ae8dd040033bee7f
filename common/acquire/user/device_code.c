/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "common/acquire/user/device_code.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "common/acquire/http/token_answer.h"
#include "common/acquire/http/token_endpoint.h"
#include "common/acquire/user/device_code_answer.h"
#include "common/acquire/user/sign_in_result.h"
#include "common/base/deadline.h"
#include "common/entra/authority.h"
#include "common/entra/remedies.h"

#define SLOW_DOWN_SECONDS 5 /* RFC 8628, section 3.5 */
#define TICK_MILLISECONDS 1000

/* ---- the codes ---- */

/* An error may be sent with HTTP status 200. */
static bool read_codes(const struct http_response *response, struct device_code_answer *code,
                       struct error *error)
{
    struct error why = { 0 };
    auto_token struct token none = { 0 };
    if (response->status == 200 &&
        device_code_answer_parse(response->unredacted->bytes, response->unredacted->length, code,
                                 &why))
        return true;
    token_answer_read(response, TOKEN_TYPE_BEARER, &none, error);
    if (response->status == 200 && error->kind != ERROR_REFUSED)
        *error = why;
    return false;
}

static bool request_codes(const struct token_request *request, int64_t deadline,
                          struct device_code_answer *code, struct error *error)
{
    autofree char *endpoint = authority_endpoint(request->instance, request->tenant, "devicecode");
    autofree char *scope = token_endpoint_user_scope(request);
    struct http_response response CLEANUP(http_response_clear) = { 0 };
    const struct http_field fields[] = {
        { "client_id", request->client_id, false },
        { "scope", scope, false },
        { "claims", request->claims, false },
        { NULL, NULL, false },
    };
    const struct http_field header[] = { { "Accept", "application/json", false },
                                         { NULL, NULL, false } };
    const struct http_request post = {
        .url = endpoint, .form = fields, .header = header, .post = true
    };
    return http_send(&post, deadline, &response, error) && read_codes(&response, code, error);
}

/* ---- the wait ---- */

static void wait_seconds(struct prompt *prompt, int64_t seconds, int64_t deadline)
{
    int64_t until = deadline_in(seconds * 1000);
    do {
        int64_t left = deadline_left(until);
        prompt_wait(prompt, deadline);
        poll(NULL, 0, (int)(left < TICK_MILLISECONDS ? left : TICK_MILLISECONDS));
    } while (deadline_left(until) > 0 && deadline_left(deadline) > 0);
}

/* Whether to poll again after this error. Adjusts the interval, in seconds. */
static bool is_pending(const struct error *error, int64_t *interval)
{
    bool is_slow_down = strcmp(error->oauth_error, "slow_down") == 0;
    bool is_transient = error->kind == ERROR_NETWORK || error->retry_after > 0 ||
                        strcmp(error->code, "http_throttled") == 0;
    if (strcmp(error->oauth_error, "authorization_pending") == 0)
        return true;
    if (!is_slow_down && !is_transient)
        return false;
    *interval += SLOW_DOWN_SECONDS; /* after a connection timeout too (RFC 8628, section 3.5) */
    if (*interval < error->retry_after)
        *interval = error->retry_after;
    return true;
}

static bool poll_for_token(const struct token_request *request,
                           const struct device_code_answer *code, struct prompt *prompt,
                           int64_t deadline, struct token *ret_token, struct account *ret_account,
                           struct error *error)
{
    const struct http_field fields[] = {
        { "grant_type", "urn:ietf:params:oauth:grant-type:device_code", false },
        { "client_id", request->client_id, false },
        { "device_code", code->device_code->bytes, true },
        { "client_info", "1", false },
        { NULL, NULL, false },
    };
    int64_t interval = code->interval;
    while (deadline_left(deadline) > 0) {
        wait_seconds(prompt, interval, deadline);
        *error = (struct error){ 0 };
        if (deadline_left(deadline) > 0 &&
            token_endpoint_get_user_token(request, fields, NULL, deadline, ret_token, ret_account,
                                          error))
            return sign_in_result_check(request, ret_account, error);
        if (error->kind != ERROR_NONE && !is_pending(error, &interval)) {
            /* An expired code is not a refusal: the user can sign in with a new one. */
            if (strcmp(error->oauth_error, "expired_token") == 0 ||
                strcmp(error->oauth_error, "code_expired") == 0)
                error->kind = ERROR_SIGN_IN;
            return false;
        }
    }
    return sign_in_result_timed_out(error);
}

static bool sign_in(const struct token_request *request, struct prompt *prompt, int64_t deadline,
                    struct token *ret_token, struct account *ret_account, struct error *error)
{
    auto_device_code_answer struct device_code_answer code = { 0 };
    if (!request_codes(request, deadline, &code, error))
        return false;
    int64_t expiry = deadline_in(code.expires_in * 1000);
    autofree char *purpose = prompt_purpose(request);
    prompt_say(prompt, "To sign in%s, open this page on any device:", purpose);
    prompt_say(prompt, "%s", code.verification_uri);
    prompt_say(prompt, "and enter this code:");
    prompt_say(prompt, "%s", code.user_code);
    return poll_for_token(request, &code, prompt, expiry < deadline ? expiry : deadline, ret_token,
                          ret_account, error);
}

bool device_code_sign_in(const struct token_request *request, struct prompt *prompt,
                         int64_t deadline, struct token *ret_token, struct account *ret_account,
                         struct error *error)
{
    if (sign_in(request, prompt, deadline, ret_token, ret_account, error))
        return true;
    if (remedies_blame_device_code(error->code))
        error_hint(error,
                   "%s If there is no browser here, see ENTRA_REDIRECT_PORT in entra-login(1).",
                   remedies_text(error->code));
    return false;
}
