/* SPDX-License-Identifier: MIT */
/* Azure Arc's key: which file is one, and what is said of it if it is none or cannot be read. */
#define _GNU_SOURCE
#include "tests/unit/support.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "common/acquire/http/retry.h"
#include "common/acquire/identity/arc.h"
#include "common/base/array.h"
#include "common/base/cleanup.h"

#define KEY ARC_KEY_FOLDER "a.key"

static unsigned requests;

bool retry_send(const struct http_request *request, int64_t deadline,
                struct http_response *ret_response, struct error *error)
{
    (void)deadline, (void)error;
    requests++;
    ret_response->status = request->header == NULL ? 401 : 200;
    snprintf(ret_response->www_authenticate, sizeof ret_response->www_authenticate,
             "Basic realm=" KEY);
    return true;
}

void http_response_clear(struct http_response *response)
{
    *response = (struct http_response){ 0 };
}

/* What is opened in the place of the key. */
static const char *instead;

int __wrap_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...)
{
    return openat(AT_FDCWD, strcmp(path, KEY) == 0 ? instead : path, flags);
}

static void the_reason_why_there_is_no_key_is_given(void **state)
{
    (void)state;
    const struct {
        const char *file, *reason;
    } keys[] = {
        { "/proc/self/mem", KEY ": Input/output error" }, /* nothing is at its beginning */
        { below("none"), KEY ": No such file or directory" },
        { "/proc", KEY " is not a key" },
        { "/dev/null", KEY " is not a key" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
        struct http_response response = { 0 };
        struct error error = { 0 };
        instead = keys[i].file;
        requests = 0;
        assert_false(arc_send(&(struct http_request){ 0 }, 0, &response, &error));
        assert_error(&error, ERROR_REFUSED, keys[i].reason);
        assert_int_equal(requests, 1);
    }
}

static void a_key_has_a_limit(void **state)
{
    (void)state;
    for (size_t length = ARC_KEY_MAX; length <= ARC_KEY_MAX + 1; length++) {
        struct http_response response = { 0 };
        struct error error = { 0 };
        autofree char *key = repeated('k', length);
        instead = below("key");
        FILE *file = fopen(instead, "w");
        assert_int_equal(fwrite(key, 1, length, file), length);
        fclose(file);
        requests = 0;
        bool is_sent = arc_send(&(struct http_request){ 0 }, 0, &response, &error);
        assert_int_equal(is_sent, length == ARC_KEY_MAX);
        assert_int_equal(requests, is_sent ? 2 : 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_reason_why_there_is_no_key_is_given),
        cmocka_unit_test(a_key_has_a_limit),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
