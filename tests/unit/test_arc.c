/* SPDX-License-Identifier: MIT */
/* What is said of Azure Arc's key if it is none, or cannot be read. */
#define _GNU_SOURCE
#include "tests/unit/support.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "common/acquire/http/retry.h"
#include "common/acquire/identity/arc.h"
#include "common/base/array.h"

#define KEY ARC_KEY_FOLDER "a.key"

static unsigned requests;

bool retry_send(const struct http_request *request, int64_t deadline,
                struct http_response *ret_response, struct error *error)
{
    (void)request, (void)deadline, (void)error;
    requests++;
    ret_response->status = 401;
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_reason_why_there_is_no_key_is_given),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
