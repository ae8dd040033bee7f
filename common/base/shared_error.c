/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "common/base/shared_error.h"

#include <stddef.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "common/base/array.h"
#include "common/base/cleanup.h"
#include "common/base/deadline.h"
#include "common/base/json.h"
#include "common/base/runtime_folder.h"
#include "common/base/secret.h"
#include "common/base/utf8.h"

#define RECORD_LENGTH_MAX 8192

/* The members of an error that go along; all but the message may be empty. */
#define TEXT(name)                                                                                 \
    {                                                                                              \
#name, offsetof(struct error, name), sizeof((struct error *)NULL)->name                    \
    }
static const struct {
    const char *name;
    size_t offset, size;
} members[] = { TEXT(message),  TEXT(hint),           TEXT(code),      TEXT(oauth_error),
                TEXT(suberror), TEXT(correlation_id), TEXT(timestamp), TEXT(claims) };
#define MEMBERS ARRAY_SIZE(members)

static struct secret *format_record(const struct error *error, int64_t until)
{
    auto_json json_object *record = json_object_new_object();
    json_object_object_add(record, "until", json_object_new_int64(until));
    json_object_object_add(record, "posted", json_object_new_int64(deadline_now()));
    json_object_object_add(record, "kind", json_object_new_int64(error->kind));
    json_object_object_add(record, "throttles", json_object_new_boolean(error->retry_after > 0));
    for (size_t i = 0; i < MEMBERS; i++) {
        char text[sizeof error->message];
        snprintf(text, sizeof text, "%s", (const char *)error + members[i].offset);
        utf8_mend(text); /* a message may end within a letter, or quote what is no text */
        json_object_object_add(record, members[i].name, json_object_new_string(text));
    }
    return secret_format("%s", json_object_to_json_string(record));
}

static int64_t longest(bool throttles)
{
    return throttles ? SHARED_ERROR_RETRY_MAX : SHARED_ERROR_SECONDS_MAX;
}

void shared_error_post(const char *name, const struct error *error, int64_t seconds)
{
    autoclose int folder = runtime_folder_open();
    int64_t most = longest(error->retry_after > 0);
    int64_t bounded = seconds < most ? seconds : most;
    auto_secret struct secret *text = format_record(error, time(NULL) + bounded);
    if (folder >= 0)
        runtime_write(folder, name, text);
}

bool shared_error_withdraw(const char *name)
{
    autoclose int folder = runtime_folder_open();
    return folder >= 0 && unlinkat(folder, name, 0) == 0;
}

/* False if one is missing. */
static bool read_texts(const json_object *record, struct error *error)
{
    for (size_t i = 0; i < MEMBERS; i++) {
        const char *text = json_string(record, members[i].name);
        if (text == NULL)
            return false;
        char *copy = (char *)error + members[i].offset;
        snprintf(copy, members[i].size, "%s", text);
        utf8_mend(copy); /* it may have been cut within a letter */
    }
    return true;
}

static bool parse_record(const struct secret *text, int64_t now, int64_t since, struct error *error)
{
    struct error posted_error = { 0 };
    int64_t until, posted, kind;
    auto_json json_object *record = json_parse(text->bytes, text->length, &posted_error);
    if (record == NULL || !json_int64(record, "until", &until) ||
        !json_int64(record, "posted", &posted) || !json_int64(record, "kind", &kind) ||
        kind < ERROR_OTHER || kind > ERROR_KEYRING || !read_texts(record, &posted_error))
        return false;
    bool throttles = json_object_get_boolean(json_object_object_get(record, "throttles"));
    if (until <= now || until > now + longest(throttles) || posted < since)
        return false;
    *error = posted_error;
    error->kind = (enum error_kind)kind;
    if (throttles)
        error->retry_after = until - now;
    return true;
}

bool shared_error_read(const char *name, int64_t since, struct error *ret_error)
{
    autoclose int folder = runtime_folder_open();
    auto_secret struct secret *text =
        folder >= 0 ? runtime_read(folder, name, RECORD_LENGTH_MAX) : NULL;
    return text != NULL && parse_record(text, time(NULL), since, ret_error);
}
