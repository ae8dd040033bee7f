/* SPDX-License-Identifier: MIT */
#include "common/acquire/app/client_secret.h"

#include <string.h>

#include "common/base/array.h"
#include "common/base/file.h"
#include "common/base/text.h"
#include "common/entra/placeholder.h"

#define CLIENT_SECRET_MAX 4096

struct secret *client_secret_read(const char *path, struct error *error)
{
    auto_secret struct secret *text = file_read_secret(path, CLIENT_SECRET_MAX, error);
    if (text == NULL)
        return NULL;
    size_t length = strcspn(text->bytes, "\r\n");
    if (length == 0 || strspn(text->bytes + length, "\r\n") != text->length - length) {
        error_set(error, ERROR_USAGE, "%s must contain one line, the client secret", path);
        return NULL;
    }
    return secret_new(text->bytes, length);
}

bool client_secret_check(const struct secret *secret, const char *where, struct error *error)
{
    if (!placeholder_is(secret->bytes))
        return true;
    error_set(error, ERROR_USAGE, "%s: the client secret is still the placeholder of a sample file",
              where);
    return error_known_as(error, "place_holder");
}

/* ---- shapes ---- */

/* The ID of a secret is a GUID; the value never is. */
static bool is_id(const struct secret *secret)
{
    return text_is_guid(secret->bytes);
}

static bool has_blank_end(const struct secret *secret)
{
    const char *blanks = " \t\r\n";
    return secret->length > 0 && (strchr(blanks, secret->bytes[0]) != NULL ||
                                  strchr(blanks, secret->bytes[secret->length - 1]) != NULL);
}

static bool is_quoted(const struct secret *secret)
{
    size_t length = secret->length;
    return length > 1 && strchr("\"'`", secret->bytes[0]) != NULL &&
           secret->bytes[0] == secret->bytes[length - 1];
}

static const struct {
    bool (*is)(const struct secret *secret);
    struct client_secret_oddity oddity;
} shapes[] = {
    { is_id, { "it looks like a secret's id", "Use the secret's value, not its ID." } },
    { has_blank_end,
      { "it begins or ends with a blank or line break",
        "Remove the blank or line break at the beginning or end of the secret." } },
    { is_quoted, { "it is in quotation marks", "Remove the quotation marks around the secret." } },
};

const struct client_secret_oddity *client_secret_oddity(const struct secret *secret)
{
    for (size_t i = 0; i < ARRAY_SIZE(shapes); i++)
        if (shapes[i].is(secret))
            return &shapes[i].oddity;
    return NULL;
}
