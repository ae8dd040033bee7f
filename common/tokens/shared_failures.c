/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "common/tokens/shared_failures.h"

#include <stddef.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "common/base/array.h"
#include "common/base/cleanup.h"
#include "common/base/deadline.h"
#include "common/base/hash.h"
#include "common/base/json.h"
#include "common/base/secret.h"
#include "common/store/account_store.h"

/* ---- a failure in the runtime folder ---- */

#define RECORD_LENGTH_MAX 8192

/* The texts of an error that are posted; all but the message may be empty. */
#define TEXT(name)                                                                                 \
    {                                                                                              \
#name, offsetof(struct error, name), sizeof((struct error *)NULL)->name                    \
    }
static const struct {
    const char *name;
    size_t offset, size;
} members[] = { TEXT(message),  TEXT(hint),           TEXT(code),     TEXT(oauth_error),
                TEXT(suberror), TEXT(correlation_id), TEXT(timestamp) };
#define MEMBERS ARRAY_SIZE(members)

static struct secret *format(const struct error *error, int64_t until)
{
    auto_json json_object *record = json_object_new_object();
    json_object_object_add(record, "until", json_object_new_int64(until));
    json_object_object_add(record, "posted", json_object_new_int64(deadline_now()));
    json_object_object_add(record, "kind", json_object_new_int64(error->kind));
    json_object_object_add(record, "throttles", json_object_new_boolean(error->retry_after > 0));
    for (size_t i = 0; i < MEMBERS; i++)
        json_object_object_add(record, members[i].name,
                               json_object_new_string((const char *)error + members[i].offset));
    return secret_format("%s", json_object_to_json_string(record));
}

void shared_failures_post(const char *name, const struct error *error, int64_t seconds)
{
    autoclose int folder = runtime_folder_open();
    int64_t bounded = seconds < SHARED_FAILURE_SECONDS_MAX ? seconds : SHARED_FAILURE_SECONDS_MAX;
    auto_secret struct secret *text = format(error, time(NULL) + bounded);
    if (folder >= 0 && text != NULL)
        runtime_write(folder, name, text);
}

/* Reads the texts. Returns false if one is missing. */
static bool read_texts(const json_object *record, struct error *error)
{
    for (size_t i = 0; i < MEMBERS; i++) {
        const char *text = json_string(record, members[i].name);
        if (text == NULL)
            return false;
        snprintf((char *)error + members[i].offset, members[i].size, "%s", text);
    }
    return true;
}

static bool parse(const struct secret *text, int64_t now, int64_t since, struct error *error)
{
    struct error posted_error = { 0 };
    int64_t until, posted, kind;
    auto_json json_object *record = json_parse(text->bytes, text->length, &posted_error);
    if (record == NULL || !json_int64(record, "until", &until) ||
        !json_int64(record, "posted", &posted) || !json_int64(record, "kind", &kind) ||
        kind < ERROR_OTHER || kind > ERROR_KEYRING || !read_texts(record, &posted_error))
        return false;
    if (until <= now || until > now + SHARED_FAILURE_SECONDS_MAX || posted < since)
        return false;
    *error = posted_error;
    error->kind = (enum error_kind)kind;
    if (json_object_get_boolean(json_object_object_get(record, "throttles")))
        error->retry_after = until - now;
    return true;
}

bool shared_failures_read(const char *name, int64_t since, struct error *error)
{
    autoclose int folder = runtime_folder_open();
    auto_secret struct secret *text =
        folder >= 0 ? runtime_read(folder, name, RECORD_LENGTH_MAX) : NULL;
    return text != NULL && parse(text, time(NULL), since, error);
}

/* ---- what is shared, and with whom ---- */

/* A failure this close to the deadline is taken to be caused by it. */
#define LATE_MILLISECONDS 100

/* How long a failure is shared. It counts only for processes that were already waiting. */
#define FAILURE_SECONDS 60

/* How long renewals pause after one that failed. */
#define RENEWAL_PAUSE_MILLISECONDS 30000

/* A name made of the request and of its credentials (NULL: of any). */
static struct runtime_name name_of(const char *ending, const struct token_request *request,
                                   const char *credentials)
{
    const char *const texts[] = { request->instance,
                                  request->tenant,
                                  request->client_id,
                                  request->scope,
                                  request->claims != NULL ? request->claims : "",
                                  !request->for_user         ? "app"
                                  : request->account != NULL ? request->account
                                                             : ACCOUNT_DEFAULT,
                                  credentials,
                                  NULL };
    return runtime_name(ending, texts);
}

struct runtime_name shared_name(const char *ending, const struct token_request *request)
{
    return name_of(ending, request, NULL);
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
    for (size_t i = 0; text != NULL && i < request->credential_count; i++) {
        const struct credential *one = &request->credentials[i];
        const char *const parts[] = { one->where, one->path, one->key_path, one->id };
        for (size_t p = 0; p < ARRAY_SIZE(parts); p++)
            fprintf(text, "%s\n", parts[p] != NULL ? parts[p] : "");
        fprintf(text, "%04x\n", mark_of(one));
    }
    if (text != NULL)
        fclose(text);
    return name_of("failure", request, credentials != NULL ? credentials : "");
}

static struct runtime_name late_name(const struct token_request *request)
{
    return shared_name("late", request);
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
        shared_failures_post(throttle_name(request).text, error, error->retry_after);
    else if (error->kind == ERROR_REFUSED || error->kind == ERROR_NETWORK || asked)
        shared_failures_post((late ? late_name(request) : failure_name(request)).text, error,
                             FAILURE_SECONDS);
}

bool shared_failures_found(const struct token_request *request, int64_t since, struct error *error)
{
    return shared_failures_read(throttle_name(request).text, 0, error) ||
           shared_failures_read(failure_name(request).text, since, error);
}

bool shared_failures_pause_renewal(const struct token_request *request)
{
    struct error unused = { 0 };
    int64_t since = deadline_now() - RENEWAL_PAUSE_MILLISECONDS;
    return shared_failures_found(request, since, &unused) ||
           shared_failures_read(late_name(request).text, since, &unused);
}

void shared_failures_report_not_stored(const struct token_request *request,
                                       const struct error *error)
{
    shared_failures_post(shared_name("not-stored", request).text, error, FAILURE_SECONDS);
}

bool shared_failures_was_not_stored(const struct token_request *request, int64_t since)
{
    struct error unused = { 0 };
    return shared_failures_read(shared_name("not-stored", request).text, since, &unused);
}
