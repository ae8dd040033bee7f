/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "common/tokens/shared_failures.h"

#include <stdio.h>

#include "common/base/array.h"
#include "common/base/cleanup.h"
#include "common/base/deadline.h"
#include "common/base/hash.h"
#include "common/base/shared_error.h"
#include "common/store/account_store.h"

/* A failure this close to the deadline is taken to be caused by it. */
#define LATE_MILLISECONDS 100

/* How long a failure is shared. It counts only for processes that were already waiting. */
#define FAILURE_SECONDS 60

/* How long renewals pause after one that failed. */
#define RENEWAL_PAUSE_MILLISECONDS 30000

/* A name made of the request and of its credentials (NULL: of any). */
static struct runtime_name request_name(const char *ending, const struct token_request *request,
                                        const char *credentials)
{
    const char *const texts[] = { request->instance,
                                  request->tenant,
                                  request->client_id,
                                  request->scope,
                                  request->claims != NULL ? request->claims : "",
                                  request->for_user ? account_store_wanted(request) : "app",
                                  request->pop_host != NULL ? "bound" : "bearer",
                                  credentials,
                                  NULL };
    return runtime_name(ending, texts);
}

struct runtime_name shared_failures_name(const char *ending, const struct token_request *request)
{
    return request_name(ending, request, NULL);
}

/* 16 bits of a secret's hash: enough to tell two secrets apart, too little to guess one. All
 * secrets from the keyring count as one, because a process does not know them before it has looked.
 */
static unsigned mark_of(const struct credential *credential)
{
    const char *const texts[] = { credential->secret != NULL ? credential->secret->bytes : NULL,
                                  NULL };
    uint64_t hash = credential->kept ? 0 : hash_texts(texts);
    return (unsigned)((hash >> 48 ^ hash >> 32 ^ hash >> 16 ^ hash) & 0xffff);
}

/* The refusal of one credential says nothing about another, so the credentials are in the name. */
static struct runtime_name failure_name(const struct token_request *request)
{
    autofree char *credentials = NULL;
    size_t size;
    FILE *text = open_memstream(&credentials, &size);
    for (size_t i = 0; i < request->credential_count; i++) {
        const struct credential *one = &request->credentials[i];
        const char *const parts[] = { one->where, one->path, one->key_path, one->id };
        for (size_t p = 0; p < ARRAY_SIZE(parts); p++)
            fprintf(text, "%s\n", parts[p] != NULL ? parts[p] : "");
        fprintf(text, "%04x\n", mark_of(one));
    }
    fclose(text);
    return request_name("failure", request, credentials);
}

static struct runtime_name late_name(const struct token_request *request)
{
    return shared_failures_name("late", request);
}

/* An authority throttles all requests of a client. */
static struct runtime_name throttle_name(const struct token_request *request)
{
    const char *const texts[] = { request->instance, request->tenant, request->client_id, NULL };
    return runtime_name("throttle", texts);
}

void shared_failures_report(const struct token_request *request, int64_t deadline, bool asked,
                            const struct error *error)
{
    bool late = deadline_left(deadline) < LATE_MILLISECONDS;
    if (error->retry_after > 0)
        shared_error_post(throttle_name(request).text, error, error->retry_after);
    else if (error->kind == ERROR_REFUSED || error->kind == ERROR_NETWORK || asked)
        shared_error_post((late ? late_name(request) : failure_name(request)).text, error,
                          FAILURE_SECONDS);
}

bool shared_failures_found(const struct token_request *request, int64_t since, struct error *error)
{
    return shared_error_read(throttle_name(request).text, 0, error) ||
           shared_error_read(failure_name(request).text, since, error);
}

bool shared_failures_pause_renewal(const struct token_request *request)
{
    struct error unused = { 0 };
    int64_t since = deadline_now() - RENEWAL_PAUSE_MILLISECONDS;
    return shared_failures_found(request, since, &unused) ||
           shared_error_read(late_name(request).text, since, &unused);
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
