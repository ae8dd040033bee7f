#define _GNU_SOURCE
#include "common/tokens/sparing.h"

#include <stdio.h>

#include "common/base/cleanup.h"
#include "common/base/deadline.h"
#include "common/base/digest.h"
#include "common/store/account_store.h"
#include "common/tokens/notice.h"

/* A failure so close to the deadline comes of it. */
#define LATE_MILLISECONDS 100

/* How long the notice of a failure is up. Only those heed it who were waiting when it came. */
#define FAILURE_SECONDS 60

/* After a renewal that failed, none is started for so long. */
#define RENEWAL_PAUSE_MILLISECONDS 30000

/* What is wanted, and by which credentials (NULL: whichever). */
static struct runtime_name name_of(const char *ending, const struct token_request *request,
                                   const char *credentials)
{
    const char *const texts[] = { request->instance,
                                  request->tenant,
                                  request->client_id,
                                  request->scope,
                                  request->claims != NULL ? request->claims : "",
                                  !request->person           ? "app"
                                  : request->account != NULL ? request->account
                                                             : ACCOUNT_DEFAULT,
                                  credentials,
                                  NULL };
    return runtime_name(ending, texts);
}

struct runtime_name sparing_name(const char *ending, const struct token_request *request)
{
    return name_of(ending, request, NULL);
}

/* Of a secret as much as tells it from another one, which is too little to find it by. One of the
 * keyring's counts as one: before it is looked for, nobody has it. */
static unsigned mark_of(const struct credential *credential)
{
    const char *const texts[] = { credential->secret != NULL ? credential->secret->bytes : NULL,
                                  NULL };
    uint64_t digest = credential->kept ? 0 : digest_of(texts);
    return (unsigned)((digest >> 48 ^ digest >> 32 ^ digest >> 16 ^ digest) & 0xffff);
}

/* The refusal of one credential is not another's. */
static struct runtime_name failure_name(const struct token_request *request)
{
    autofree char *credentials = NULL;
    size_t size;
    FILE *text = open_memstream(&credentials, &size);
    for (size_t i = 0; text != NULL && i < request->credential_count; i++) {
        const struct credential *one = &request->credentials[i];
        const char *const parts[] = { one->where, one->path, one->key_path, one->id };
        for (size_t p = 0; p < sizeof parts / sizeof parts[0]; p++)
            fprintf(text, "%s\n", parts[p] != NULL ? parts[p] : "");
        fprintf(text, "%04x\n", mark_of(one));
    }
    if (text != NULL)
        fclose(text);
    return name_of("failure", request, credentials != NULL ? credentials : "");
}

static struct runtime_name lateness_name(const struct token_request *request)
{
    return sparing_name("late", request);
}

/* One client of an authority, which may be throttled. */
static struct runtime_name throttle_name(const struct token_request *request)
{
    const char *const texts[] = { request->instance, request->tenant, request->client_id, NULL };
    return runtime_name("throttle", texts);
}

void sparing_post_failure(const struct token_request *request, int64_t deadline, bool asked,
                          const struct error *error)
{
    bool late = deadline_left(deadline) < LATE_MILLISECONDS;
    if (error->retry_after > 0)
        notice_post(throttle_name(request).text, error, error->retry_after);
    else if (error->kind == ERROR_REFUSED || error->kind == ERROR_NETWORK || asked)
        notice_post((late ? lateness_name(request) : failure_name(request)).text, error,
                    FAILURE_SECONDS);
}

bool sparing_heeds(const struct token_request *request, int64_t since, struct error *error)
{
    return notice_read(throttle_name(request).text, 0, error) ||
           notice_read(failure_name(request).text, since, error);
}

bool sparing_pauses_renewal(const struct token_request *request)
{
    struct error unused = { 0 };
    int64_t since = deadline_now() - RENEWAL_PAUSE_MILLISECONDS;
    return sparing_heeds(request, since, &unused) ||
           notice_read(lateness_name(request).text, since, &unused);
}

void sparing_post_unkept(const struct token_request *request, const struct error *error)
{
    notice_post(sparing_name("unkept", request).text, error, FAILURE_SECONDS);
}

bool sparing_is_unkept(const struct token_request *request, int64_t since)
{
    struct error unused = { 0 };
    return notice_read(sparing_name("unkept", request).text, since, &unused);
}
