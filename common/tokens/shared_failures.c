/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "common/tokens/shared_failures.h"

#include <stdio.h>
#include <time.h>

#include "common/base/array.h"
#include "common/base/cleanup.h"
#include "common/base/deadline.h"
#include "common/base/hash.h"
#include "common/base/random.h"
#include "common/base/shared_error.h"
#include "common/base/text.h"
#include "common/store/account_store.h"

/* A failure this close to the deadline is taken to be caused by it. */
#define LATE_MILLISECONDS 100

/* How long a failure is shared. It counts only for processes that were already waiting. */
#define FAILURE_SECONDS 60

/* A name made of the request, of whose token it is, and of the credentials (NULL: of any). It stays
 * the same when another client asks (client_choice.h): some processes know of that earlier than
 * others. */
static struct runtime_name make_name(const char *ending, const struct token_request *request,
                                     const char *owner, const char *credentials)
{
    const char *const texts[] = { request->instance,
                                  request->tenant,
                                  token_request_first_client(request),
                                  request->scope,
                                  request->claims != NULL ? request->claims : "",
                                  owner,
                                  request->pop_host != NULL ? "bound" : "bearer",
                                  request->registry != NULL ? request->registry : "",
                                  credentials,
                                  NULL };
    return runtime_name(ending, texts);
}

static struct runtime_name request_name(const char *ending, const struct token_request *request,
                                        const char *credentials)
{
    const char *owner = request->for_user ? account_store_wanted(request) : "app";
    return make_name(ending, request, owner, credentials);
}

struct runtime_name shared_failures_name(const char *ending, const struct token_request *request)
{
    return request_name(ending, request, NULL);
}

struct runtime_name shared_failures_account_name(const char *ending,
                                                 const struct token_request *request)
{
    return make_name(ending, request, request->home_account_id, NULL);
}

/* 16 bits of a secret's hash: enough to tell two secrets apart, too little to guess one. */
static unsigned mark_of(const struct secret *secret)
{
    const char *const texts[] = { secret != NULL ? secret->bytes : "", NULL };
    uint64_t hash = hash_texts(texts);
    return (unsigned)((hash >> 48 ^ hash >> 32 ^ hash >> 16 ^ hash) & 0xffff);
}

/* All secrets from the keyring count as one, because a process does not know them before it has
 * looked. */
static unsigned mark_of_credential(const struct credential *credential)
{
    return mark_of(credential->kept ? NULL : credential->secret);
}

/* The refusal of one credential says nothing about another, so the credentials are in the name. */
static struct runtime_name failure_name(const char *ending, const struct token_request *request)
{
    autofree char *credentials = NULL;
    size_t size;
    FILE *text = open_memstream(&credentials, &size);
    for (size_t i = 0; i < request->credential_count; i++) {
        const struct credential *one = &request->credentials[i];
        const char *const parts[] = { one->where, one->path, one->key_path, one->id };
        for (size_t p = 0; p < ARRAY_SIZE(parts); p++)
            fprintf(text, "%s\n", parts[p] != NULL ? parts[p] : "");
        fprintf(text, "%04x\n", mark_of_credential(one));
    }
    fclose(text);
    return request_name(ending, request, credentials);
}

/* An authority throttles all requests of a client; a registry, those that are sent to it. */
static struct runtime_name throttle_name(const struct token_request *request)
{
    const char *const texts[] = { request->instance, request->tenant, request->client_id,
                                  request->registry, NULL };
    return runtime_name("throttle", texts);
}

void shared_failures_report(const struct token_request *request, int64_t deadline, bool asked,
                            const struct error *error)
{
    bool late = deadline_left(deadline) < LATE_MILLISECONDS;
    if (error->retry_after > 0) /* and a second for what the clock's time leaves out */
        shared_error_post(throttle_name(request).text, error, error->retry_after + 1);
    else if (!late && (error->kind == ERROR_REFUSED || error->kind == ERROR_NETWORK || asked))
        shared_error_post(failure_name("failure", request).text, error, FAILURE_SECONDS);
}

bool shared_failures_found(const struct token_request *request, int64_t since, struct error *error)
{
    return shared_error_read(throttle_name(request).text, 0, error) ||
           shared_error_read(failure_name("failure", request).text, since, error);
}

/* It says nothing of the other client, nor of the refresh token of a new sign-in. */
static struct runtime_name refusal_name(const struct token_request *request,
                                        const struct secret *refresh_token)
{
    autofree char *credentials =
        text_format("%s %s %04x", request->client_id, refresh_token != NULL ? "refresh" : "broker",
                    mark_of(refresh_token));
    return request_name("sign-in-refusal", request, credentials);
}

void shared_failures_report_refusal(const struct token_request *request,
                                    const struct secret *refresh_token, const struct error *reason)
{
    shared_error_post(refusal_name(request, refresh_token).text, reason, FAILURE_SECONDS);
}

bool shared_failures_was_refused(const struct token_request *request,
                                 const struct secret *refresh_token, int64_t since,
                                 struct error *ret_reason)
{
    return shared_error_read(refusal_name(request, refresh_token).text, since, ret_reason);
}

void shared_failures_report_renewal(const struct token_request *request, const struct token *token,
                                    const struct error *error)
{
    struct error posted = *error;
    posted.retry_after = 0; /* which is posted for all requests of the client */
    shared_error_post(failure_name("renewal", request).text, &posted,
                      token_renewal_pause(token, time(NULL), error->retry_after, random_number()));
}

bool shared_failures_end_pause(const struct token_request *request)
{
    return shared_error_withdraw(failure_name("renewal", request).text);
}

bool shared_failures_pause_renewal(const struct token_request *request)
{
    struct error unused = { 0 };
    return shared_error_read(throttle_name(request).text, 0, &unused) ||
           shared_error_read(failure_name("renewal", request).text, 0, &unused);
}

void shared_failures_report_not_stored(const struct token_request *request,
                                       const struct error *error)
{
    shared_error_post(shared_failures_name("not-stored", request).text, error, FAILURE_SECONDS);
}

bool shared_failures_was_not_stored(const struct token_request *request, int64_t since,
                                    struct error *ret_why)
{
    return shared_error_read(shared_failures_name("not-stored", request).text, since, ret_why);
}
