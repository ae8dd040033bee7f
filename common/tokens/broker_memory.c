/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "common/tokens/broker_memory.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/base/deadline.h"
#include "common/base/hash.h"
#include "common/base/rfc3339.h"
#include "common/base/runtime_folder.h"
#include "common/base/session.h"
#include "common/base/shared_error.h"
#include "common/store/account_store.h"

#define FAILURE_SECONDS 60

/* A registration may be mended; and a user may be assigned to an app at any time. */
#define REFUSAL_SECONDS    (24 * 60 * 60)
#define ASSIGNMENT_SECONDS (10 * 60)
#define NOT_ASSIGNED       "AADSTS50105"

/* A refusal for another reason, of a broker that was slow to say so. */
#define OTHER_REFUSAL_SECONDS 60

/* A failure that took less costs others little. Where the broker did not answer, it may have had
 * too little time: that of a user who gave --timeout. */
#define COSTLY_MILLISECONDS 1000
#define SILENT_MILLISECONDS 10000

#define MARK_LENGTH_MAX 10

/* ---- the names ---- */

static struct runtime_name failure_name(void)
{
    return session_name("broker-failure");
}

static struct runtime_name refusal_name(const struct token_request *request)
{
    const char *const texts[] = { request->instance,
                                  request->tenant,
                                  request->client_id,
                                  request->scope != NULL ? request->scope : "",
                                  account_store_wanted(request),
                                  NULL };
    return runtime_name("broker-refusal", texts);
}

/* The client that the request is for: the other one may be chosen by the time it is asked again. */
static struct runtime_name refused_name(const struct token_request *request)
{
    const char *const texts[] = { request->instance, request->tenant,
                                  token_request_first_client(request), request->scope, NULL };
    return runtime_name("broker-refused", texts);
}

static struct runtime_name lift_name(const struct token_request *request)
{
    const char *const texts[] = { request->instance, request->tenant, request->client_id, NULL };
    return runtime_name("broker-lift", texts);
}

/* ---- when a client's refusals were lifted ---- */

/* As a time of deadline.h; 0: never, or before the machine started. */
static int64_t lifted_on(const struct token_request *request)
{
    autoclose int folder = runtime_folder_open();
    auto_secret struct secret *text =
        folder >= 0 ? runtime_read(folder, lift_name(request).text, 20) : NULL;
    int64_t time = text != NULL ? strtoll(text->bytes, NULL, 10) : 0;
    return time > 0 && time <= deadline_now() ? time : 0;
}

void broker_memory_lift(const struct token_request *request)
{
    autoclose int folder = runtime_folder_open();
    auto_secret struct secret *text = secret_format("%lld", (long long)deadline_now());
    if (folder >= 0)
        runtime_write(folder, lift_name(request).text, text);
}

/* ---- tokens that were refused ---- */

/* 32 bits of a token's hash: enough to know it again, and of no use to whoever reads it. */
static uint32_t mark_of(const char *token)
{
    const char *const texts[] = { token, NULL };
    return (uint32_t)hash_texts(texts);
}

void broker_memory_note_refused(const struct token_request *request, const char *token)
{
    if (!request->for_user || request->registry != NULL)
        return;
    autoclose int folder = runtime_folder_open();
    auto_secret struct secret *text = secret_format("%" PRIu32, mark_of(token));
    if (folder >= 0)
        runtime_write(folder, refused_name(request).text, text);
}

bool broker_memory_is_refused(const struct token_request *request, const struct secret *token)
{
    autoclose int folder = runtime_folder_open();
    auto_secret struct secret *text =
        folder >= 0 ? runtime_read(folder, refused_name(request).text, MARK_LENGTH_MAX) : NULL;
    return text != NULL && strtoull(text->bytes, NULL, 10) == mark_of(token->bytes);
}

/* ---- failures and refusals ---- */

bool broker_memory_has_failed(struct error *ret_error)
{
    return shared_error_read(failure_name().text, 0, ret_error);
}

bool broker_memory_has_refused(const struct token_request *request, struct error *ret_error)
{
    return shared_error_read(refusal_name(request).text, lifted_on(request), ret_error);
}

static bool is_called(const struct error *error, const char *code)
{
    return strcmp(error->code, code) == 0;
}

/* Not a refusal, which is of one request. */
static bool concerns_others(const struct error *error, int64_t milliseconds)
{
    return (is_called(error, "broker_silent") && milliseconds >= SILENT_MILLISECONDS) ||
           (is_called(error, "broker_failed") && milliseconds >= COSTLY_MILLISECONDS);
}

static void post_refusal(const struct token_request *request, const struct error *error,
                         int64_t seconds)
{
    struct error dated = *error;
    error_set(&dated, error->kind, "%s, at %s", error->message, rfc3339_format(time(NULL)).text);
    error_inherit(&dated, error);
    shared_error_post(refusal_name(request).text, &dated, seconds);
}

void broker_memory_note(const struct token_request *request, enum broker_end end,
                        const struct error *error, int64_t milliseconds)
{
    bool is_unusable = end == BROKER_UNUSABLE;
    if (end == BROKER_DONE)
        shared_error_withdraw(failure_name().text);
    else if (is_unusable && concerns_others(error, milliseconds))
        shared_error_post(failure_name().text, error, FAILURE_SECONDS);
    else if (is_unusable && milliseconds >= COSTLY_MILLISECONDS &&
             is_called(error, "broker_refused"))
        post_refusal(request, error, OTHER_REFUSAL_SECONDS);
    else if (end == BROKER_REFUSES_CLIENT && !is_called(error, "broker_no_redirect"))
        post_refusal(request, error,
                     is_called(error, NOT_ASSIGNED) ? ASSIGNMENT_SECONDS : REFUSAL_SECONDS);
}
