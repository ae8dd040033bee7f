/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "common/acquire/app/signing_job.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "common/acquire/acquire.h"
#include "common/base/array.h"
#include "common/entra/authority.h"

#define HEADER ACQUIRE_SIGNER " " ENTRA_VERSION

/* The members, in order. A secret is a struct secret; as it comes from a JSON string or a variable,
 * it has no NUL. Any other is a C string. */
static const struct {
    const char *name;
    size_t offset;
    bool is_secret, is_needed;
} members[] = {
    { "instance=", offsetof(struct signing_job, request.instance), false, true },
    { "tenant=", offsetof(struct signing_job, request.tenant), false, true },
    { "client_id=", offsetof(struct signing_job, request.client_id), false, true },
    { "path=", offsetof(struct signing_job, credential.path), false, false },
    { "key_path=", offsetof(struct signing_job, credential.key_path), false, false },
    { "secret=", offsetof(struct signing_job, credential.secret), true, false },
    { "password=", offsetof(struct signing_job, credential.password), true, false },
};
#define SEND_X5C "send_x5c="

/* ---- writing ---- */

static const char *text_of(const struct signing_job *job, size_t member)
{
    const void *at = (const char *)job + members[member].offset;
    const struct secret *secret = members[member].is_secret ? *(struct secret *const *)at : NULL;
    if (members[member].is_secret)
        return secret != NULL ? secret->bytes : NULL;
    return *(char *const *)at;
}

/* Where records are put together; without bytes, they are only counted. */
struct room {
    char *bytes;
    size_t size, length;
};

static void add_record(struct room *room, const char *name, const char *value)
{
    char *at = room->bytes != NULL ? room->bytes + room->length : NULL;
    size_t left = room->bytes != NULL ? room->size - room->length : 0;
    room->length += (size_t)snprintf(at, left, "%s%s", name, value) + 1; /* with its NUL */
}

static void add_records(struct room *room, const struct signing_job *job)
{
    add_record(room, HEADER, "");
    for (size_t i = 0; i < ARRAY_SIZE(members); i++)
        if (text_of(job, i) != NULL)
            add_record(room, members[i].name, text_of(job, i));
    add_record(room, SEND_X5C, job->credential.send_x5c ? "1" : "0");
}

struct secret *signing_job_write(const struct token_request *request,
                                 const struct credential *credential)
{
    const struct signing_job job = { *request, *credential }; /* owns nothing */
    struct room needed = { NULL, 0, 0 };
    add_records(&needed, &job);
    struct secret *text = secret_allocate(needed.length);
    add_records(&(struct room){ text->bytes, text->length, 0 }, &job);
    return text;
}

/* ---- reading ---- */

/* What is left of a text. */
struct records {
    const char *at, *end;
};

/* Takes the next record if it has this name. Returns its value, a C string; NULL if it has another
 * name, or no end. */
static const char *take(struct records *records, const char *name)
{
    size_t name_length = strlen(name), left = (size_t)(records->end - records->at);
    const char *nul = left > 0 ? memchr(records->at, '\0', left) : NULL;
    if (nul == NULL || strncmp(records->at, name, name_length) != 0)
        return NULL;
    const char *value = records->at + name_length;
    records->at = nul + 1;
    return value;
}

static bool read_members(struct records *records, struct signing_job *job)
{
    for (size_t i = 0; i < ARRAY_SIZE(members); i++) {
        void *at = (char *)job + members[i].offset;
        const char *value = take(records, members[i].name);
        if (value == NULL && members[i].is_needed)
            return false;
        if (members[i].is_secret)
            *(struct secret **)at = secret_from_text(value);
        else
            *(char **)at = value != NULL ? strdup(value) : NULL;
    }
    return true;
}

static bool read_job(const struct secret *text, struct signing_job *job)
{
    struct records records = { text->bytes, text->bytes + text->length };
    const char *rest = take(&records, HEADER);
    if (rest == NULL || rest[0] != '\0' || !read_members(&records, job))
        return false;
    const char *send_x5c = take(&records, SEND_X5C);
    job->credential.send_x5c = send_x5c != NULL && send_x5c[0] == '1';
    return send_x5c != NULL && records.at == records.end &&
           (strcmp(send_x5c, "0") == 0 || strcmp(send_x5c, "1") == 0) &&
           (job->credential.path != NULL || job->credential.secret != NULL) &&
           authority_is_tenant(job->request.tenant);
}

bool signing_job_read(const struct secret *text, struct signing_job *ret_job)
{
    struct signing_job job = { .credential.kind = CREDENTIAL_CERTIFICATE };
    bool ok = read_job(text, &job);
    if (ok)
        *ret_job = job;
    else
        signing_job_clear(&job);
    return ok;
}

void signing_job_clear(struct signing_job *job)
{
    token_request_clear(&job->request);
    credential_clear(&job->credential);
}
