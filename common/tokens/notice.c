#define _GNU_SOURCE
#include "common/tokens/notice.h"

#include <stddef.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "common/base/deadline.h"
#include "common/base/json.h"
#include "common/base/runtime_folder.h"
#include "common/base/secret.h"

#define NOTICE_LENGTH_MAX 8192

/* The texts of an error that go along; all but the message may be empty. */
#define TEXT(name)                                                                                 \
    {                                                                                              \
#name, offsetof(struct error, name), sizeof((struct error *)NULL)->name                    \
    }
static const struct {
    const char *name;
    size_t offset, size;
} texts[] = { TEXT(message),  TEXT(hint),           TEXT(code),     TEXT(oauth_error),
              TEXT(suberror), TEXT(correlation_id), TEXT(timestamp) };
#define TEXTS (sizeof texts / sizeof texts[0])

static struct secret *format(const struct error *error, int64_t until)
{
    auto_json json_object *notice = json_object_new_object();
    json_object_object_add(notice, "until", json_object_new_int64(until));
    json_object_object_add(notice, "posted", json_object_new_int64(deadline_now()));
    json_object_object_add(notice, "kind", json_object_new_int64(error->kind));
    json_object_object_add(notice, "throttles", json_object_new_boolean(error->retry_after > 0));
    for (size_t i = 0; i < TEXTS; i++)
        json_object_object_add(notice, texts[i].name,
                               json_object_new_string((const char *)error + texts[i].offset));
    return secret_format("%s", json_object_to_json_string(notice));
}

void notice_post(const char *name, const struct error *error, int64_t seconds)
{
    autoclose int folder = runtime_folder_open();
    int64_t bounded = seconds < NOTICE_SECONDS_MAX ? seconds : NOTICE_SECONDS_MAX;
    auto_secret struct secret *text = format(error, time(NULL) + bounded);
    if (folder >= 0 && text != NULL)
        runtime_write(folder, name, text);
}

/* False where one is missing. */
static bool read_texts(const json_object *notice, struct error *error)
{
    for (size_t i = 0; i < TEXTS; i++) {
        const char *text = json_string(notice, texts[i].name);
        if (text == NULL)
            return false;
        snprintf((char *)error + texts[i].offset, texts[i].size, "%s", text);
    }
    return true;
}

static bool parse(const struct secret *text, int64_t now, int64_t since, struct error *error)
{
    struct error posted_error = { 0 };
    int64_t until, posted, kind;
    auto_json json_object *notice = json_parse(text->bytes, text->length, &posted_error);
    if (notice == NULL || !json_int64(notice, "until", &until) ||
        !json_int64(notice, "posted", &posted) || !json_int64(notice, "kind", &kind) ||
        kind < ERROR_OTHER || kind > ERROR_KEYRING || !read_texts(notice, &posted_error))
        return false;
    if (until <= now || until > now + NOTICE_SECONDS_MAX || posted < since)
        return false;
    *error = posted_error;
    error->kind = (enum error_kind)kind;
    if (json_object_get_boolean(json_object_object_get(notice, "throttles")))
        error->retry_after = until - now;
    return true;
}

bool notice_read(const char *name, int64_t since, struct error *error)
{
    autoclose int folder = runtime_folder_open();
    auto_secret struct secret *text =
        folder >= 0 ? runtime_read(folder, name, NOTICE_LENGTH_MAX) : NULL;
    return text != NULL && parse(text, time(NULL), since, error);
}
