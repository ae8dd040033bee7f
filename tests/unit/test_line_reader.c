/* SPDX-License-Identifier: MIT */
/* Lines that another program sends. */
#define _GNU_SOURCE
#include "tests/unit/support.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "common/base/line_reader.h"

#define MAX     8
#define FOREVER 60000

/* The reading end of a pipe with these bytes; *ret_writer is the other one. */
static int pipe_with(const char *bytes, int *ret_writer)
{
    int ends[2];
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    assert_int_equal(write(ends[1], bytes, strlen(bytes)), strlen(bytes));
    *ret_writer = ends[1];
    return ends[0];
}

static int closed_pipe_with(const char *bytes)
{
    int writer, reader = pipe_with(bytes, &writer);
    close(writer);
    return reader;
}

static struct line_reader reader_of(int fd)
{
    return (struct line_reader){ .fd = fd, .max = MAX, .idle = FOREVER, .limit = FOREVER };
}

static void assert_line(struct line_reader *reader, const char *expected)
{
    auto_secret struct secret *line = NULL;
    assert_int_equal(line_reader_next(reader, &line), LINE_WHOLE);
    assert_string_equal(line->bytes, expected);
    assert_int_equal(line->length, strlen(expected));
}

static void assert_ends(struct line_reader *reader, enum line_end end, int why)
{
    struct secret *line = NULL;
    errno = 0;
    assert_int_equal(line_reader_next(reader, &line), end);
    assert_null(line);
    if (end == LINE_FAILED)
        assert_int_equal(errno, why);
}

static void lines_come_one_after_another(void **state)
{
    (void)state;
    autoclose int fd = closed_pipe_with("one\n\ntwo\n");
    auto_line_reader struct line_reader reader = reader_of(fd);
    assert_line(&reader, "one");
    assert_line(&reader, "");
    assert_line(&reader, "two");
    assert_ends(&reader, LINE_NONE, 0);
    assert_ends(&reader, LINE_NONE, 0);
}

static void a_line_has_at_most_so_many_bytes(void **state)
{
    (void)state;
    autoclose int fd = closed_pipe_with("12345678\n123456789\n");
    auto_line_reader struct line_reader reader = reader_of(fd);
    assert_line(&reader, "12345678");
    assert_ends(&reader, LINE_FAILED, EMSGSIZE);
}

static void a_line_without_end_is_not_read_further(void **state)
{
    (void)state;
    autofree char *bytes = repeated('x', 5000);
    autoclose int writer = -1, fd = pipe_with(bytes, &writer);
    auto_line_reader struct line_reader reader = reader_of(fd);
    assert_ends(&reader, LINE_FAILED, EMSGSIZE);
    assert_between((int64_t)reader.filled, MAX + 1, MAX + 1);
}

static void an_input_that_ends_in_the_middle_of_a_line_has_no_such_line(void **state)
{
    (void)state;
    autoclose int fd = closed_pipe_with("one\ntw");
    auto_line_reader struct line_reader reader = reader_of(fd);
    assert_line(&reader, "one");
    assert_ends(&reader, LINE_FAILED, ENODATA);
}

static void long_lines_are_read_whole(void **state)
{
    (void)state;
    autofree char *bytes = repeated('x', 20001);
    bytes[20000] = '\n';
    autoclose int fd = closed_pipe_with(bytes);
    auto_line_reader struct line_reader reader = reader_of(fd);
    reader.max = 20000;
    bytes[20000] = '\0';
    assert_line(&reader, bytes);
    assert_ends(&reader, LINE_NONE, 0);
}

static void nobody_waits_for_a_line_beyond_its_time(void **state)
{
    (void)state;
    autoclose int writer = -1, fd = pipe_with("on", &writer);
    auto_line_reader struct line_reader reader = reader_of(fd);
    reader.limit = 0;
    assert_ends(&reader, LINE_FAILED, ETIMEDOUT);
}

static void nobody_waits_for_the_beginning_of_a_line_beyond_its_time(void **state)
{
    (void)state;
    autoclose int writer = -1, fd = pipe_with("", &writer);
    auto_line_reader struct line_reader reader = reader_of(fd);
    reader.idle = 0;
    assert_ends(&reader, LINE_FAILED, ETIMEDOUT);
}

static void the_descriptor_may_be_in_non_blocking_mode(void **state)
{
    (void)state;
    autoclose int fd = closed_pipe_with("one\n");
    assert_int_equal(fcntl(fd, F_SETFL, O_NONBLOCK), 0);
    auto_line_reader struct line_reader reader = reader_of(fd);
    reader.idle = -1;
    assert_line(&reader, "one");
    assert_ends(&reader, LINE_NONE, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_come_one_after_another),
        cmocka_unit_test(a_line_has_at_most_so_many_bytes),
        cmocka_unit_test(a_line_without_end_is_not_read_further),
        cmocka_unit_test(an_input_that_ends_in_the_middle_of_a_line_has_no_such_line),
        cmocka_unit_test(long_lines_are_read_whole),
        cmocka_unit_test(nobody_waits_for_a_line_beyond_its_time),
        cmocka_unit_test(nobody_waits_for_the_beginning_of_a_line_beyond_its_time),
        cmocka_unit_test(the_descriptor_may_be_in_non_blocking_mode),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
