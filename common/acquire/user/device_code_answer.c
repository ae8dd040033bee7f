/* SPDX-License-Identifier: MIT */
#include "common/acquire/user/device_code_answer.h"

#include <stdio.h>
#include <string.h>

#include "common/base/json.h"
#include "common/entra/url.h"

#define EXPIRES_IN_DEFAULT 900
#define EXPIRES_IN_MAX     3600
#define INTERVAL_DEFAULT   5 /* RFC 8628, section 3.2 */
#define INTERVAL_MAX       60

/* Returns a number of at most `most`, or the fallback if it is missing or invalid. */
static int64_t read_number(const json_object *answer, const char *key, int64_t fallback,
                           int64_t most)
{
    int64_t value;
    if (!json_int64(answer, key, &value) || value < 1)
        return fallback;
    return value < most ? value : most;
}

/* Whether the user can be sent to this URL: it must be https, or http on this machine. */
static bool is_verification_uri(const char *text)
{
    struct url url;
    struct error unused;
    return strlen(text) < VERIFICATION_URI_MAX && url_parse(text, strlen(text), &url, &unused) &&
           (url.https || url_is_loopback(&url));
}

/* A user code is read and typed, so it consists of letters, digits and hyphens. */
static bool is_user_code(const char *text)
{
    size_t length = strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                 "0123456789-");
    return length > 0 && length < USER_CODE_MAX && text[length] == '\0';
}

bool device_code_answer_parse(const char *body, size_t length, struct device_code_answer *ret_code,
                              struct error *error)
{
    struct error not_json = { 0 };
    auto_json_secret json_object *answer = json_parse(body, length, &not_json);
    const char *device_code = json_string(answer, "device_code");
    const char *user_code = json_string(answer, "user_code");
    const char *uri = json_string(answer, "verification_uri");
    if (uri == NULL) /* its name in older drafts */
        uri = json_string(answer, "verification_url");
    if (device_code == NULL || device_code[0] == '\0' || user_code == NULL ||
        !is_user_code(user_code) || uri == NULL || !is_verification_uri(uri))
        return error_unusable_answer(
            error, "its device code, user code or verification URI is missing or invalid");
    *ret_code = (struct device_code_answer){
        .device_code = secret_from_text(device_code),
        .expires_in = read_number(answer, "expires_in", EXPIRES_IN_DEFAULT, EXPIRES_IN_MAX),
        .interval = read_number(answer, "interval", INTERVAL_DEFAULT, INTERVAL_MAX),
    };
    snprintf(ret_code->user_code, sizeof ret_code->user_code, "%s", user_code);
    snprintf(ret_code->verification_uri, sizeof ret_code->verification_uri, "%s", uri);
    return true;
}

void device_code_answer_clear(struct device_code_answer *code)
{
    secret_free(code->device_code);
    code->device_code = NULL;
}
