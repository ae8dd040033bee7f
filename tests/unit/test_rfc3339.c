/* SPDX-License-Identifier: MIT */
/* Times in RFC 3339 format. */
#include "tests/unit/support.h"

#include <stdlib.h>
#include <time.h>

#include "common/base/array.h"
#include "common/base/rfc3339.h"

static void seconds_become_a_time_in_utc(void **state)
{
    (void)state;
    static const struct {
        int64_t seconds;
        const char *text;
    } cases[] = {
        { 0, "1970-01-01T00:00:00Z" },
        { 1, "1970-01-01T00:00:01Z" },
        { -1, "1969-12-31T23:59:59Z" },
        { 951827696, "2000-02-29T12:34:56Z" },
        { 1767366245, "2026-01-02T15:04:05Z" },
        { 2147483647, "2038-01-19T03:14:07Z" },
        { 2147483648, "2038-01-19T03:14:08Z" },
        { 4102444800, "2100-01-01T00:00:00Z" },
        { 253402300799, "9999-12-31T23:59:59Z" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
        assert_string_equal(rfc3339_format(cases[i].seconds).text, cases[i].text);
}

static void the_local_time_zone_does_not_matter(void **state)
{
    (void)state;
    setenv("TZ", "EST5EDT", 1);
    tzset();
    assert_string_equal(rfc3339_format(1767366245).text, "2026-01-02T15:04:05Z");
    setenv("TZ", "UTC-14", 1);
    tzset();
    assert_string_equal(rfc3339_format(1767366245).text, "2026-01-02T15:04:05Z");
    unsetenv("TZ");
    tzset();
}

static void seconds_out_of_range_give_no_text(void **state)
{
    (void)state;
    assert_string_equal(rfc3339_format(INT64_MAX).text, "");
    assert_string_equal(rfc3339_format(INT64_MIN).text, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(seconds_become_a_time_in_utc),
        cmocka_unit_test(the_local_time_zone_does_not_matter),
        cmocka_unit_test(seconds_out_of_range_give_no_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
