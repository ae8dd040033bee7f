/* SPDX-License-Identifier: MIT */
/* What is printed through stdio cannot take over a terminal, however it is printed, and what is for
 * programs is not changed. Every test is a process whose stdout is a pipe. */
#define _GNU_SOURCE
#include "tests/unit/support.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/base/array.h"
#include "common/base/json.h"
#include "common/base/output.h"
#include "common/base/secret.h"

/* Returns what a function prints on stdout (1) or stderr (2). The caller frees it. */
static struct secret *printed(void (*print)(void), int fd)
{
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    if (child == 0) {
        dup2(ends[1], fd);
        close(ends[0]);
        close(ends[1]);
        output_begin();
        print();
        fflush(stdout);
        _exit(0);
    }
    close(ends[1]);
    struct secret *text = secret_read(ends[0], 1000000);
    close(ends[0]);
    waitpid(child, NULL, 0);
    assert_non_null(text);
    return text;
}

static void assert_printed(void (*print)(void), int fd, const char *expected)
{
    auto_secret struct secret *text = printed(print, fd);
    assert_string_equal(text->bytes, expected);
}

#define HOSTILE                                                                                    \
    "a\x1b]0;owned\x07\r b\xc2\x9b"                                                                \
    "31m \xe2\x80\xae \xff\n\tc \xc3\xa4\r\n"
#define HARMLESS "a?]0;owned?? b??31m ??? ?\n\tc \xc3\xa4\r\n"

static void print_in_each_way(void)
{
    printf("%s", HOSTILE);
    fputs(HOSTILE, stdout);
    fwrite(HOSTILE, 1, strlen(HOSTILE), stdout);
    for (const char *c = HOSTILE; *c != '\0'; c++) {
        putchar(*c);
        fflush(stdout); /* each byte is written by itself */
    }
}

static void print_on_stderr(void)
{
    fprintf(stderr, "%s", HOSTILE);
    for (const char *c = HOSTILE; *c != '\0'; c++)
        fputc(*c, stderr);
}

static void whatever_is_printed_is_made_printable(void **state)
{
    (void)state;
    assert_printed(print_in_each_way, STDOUT_FILENO, HARMLESS HARMLESS HARMLESS HARMLESS);
    assert_printed(print_on_stderr, STDERR_FILENO, HARMLESS HARMLESS);
}

static void print_much(void)
{
    for (int i = 0; i < 20000; i++)
        fputs("\xf0\x9f\x94\x91", stdout); /* buffers end at each byte of it */
    fputs("\xc3\xa4", stdout);
    for (int i = 0; i < 20001; i++)
        fputs("\xe2\x82\xac", stdout);
}

static void a_character_in_two_pieces_stays_whole(void **state)
{
    (void)state;
    auto_secret struct secret *text = printed(print_much, STDOUT_FILENO);
    assert_int_equal(text->length, 20000 * 4 + 2 + 20001 * 3);
    assert_null(strchr(text->bytes, '?'));
}

static void print_lines(void)
{
    output_line("%s: %s", "name", "forged\nline\r\nand\ttab\x1b[2J");
    output_line("next");
}

static void a_line_is_one_line(void **state)
{
    (void)state;
    assert_printed(print_lines, STDOUT_FILENO, "name: forged?line??and?tab?[2J\nnext\n");
}

static void print_data(void)
{
    static const char data[] = "\x1b[32m\x01\xff";
    fputs("before ", stdout);
    output_data(data, strlen(data));
    fputs(" after", stdout);
}

static void data_is_written_as_it_is_and_in_order(void **state)
{
    (void)state;
    assert_printed(print_data, STDOUT_FILENO, "before \x1b[32m\x01\xff after");
}

static void print_json(void)
{
    auto_json json_object *object = json_object_new_object();
    json_object_object_add(object, "name",
                           json_object_new_string("\x1b[2J\xc2\x9b\xe2\x80\xae\x7f/\xc3\xa4"));
    json_print(object);
}

/* No program loses anything by that. */
static void json_is_escaped(void **state)
{
    (void)state;
    struct error error;
    assert_printed(print_json, STDOUT_FILENO,
                   "{\n  \"name\":\"\\u001b[2J\\u009b\\u202e\\u007f/\xc3\xa4\"\n}\n");
    auto_secret struct secret *text = printed(print_json, STDOUT_FILENO);
    auto_json json_object *object = json_parse(text->bytes, text->length, &error);
    assert_string_equal(json_string(object, "name"), "\x1b[2J\xc2\x9b\xe2\x80\xae\x7f/\xc3\xa4");
}

ssize_t __wrap_write(int fd, const void *bytes, size_t length);
ssize_t __real_write(int fd, const void *bytes, size_t length);

/* As a driver that takes nothing. */
#define NOTHING_FD 1000
ssize_t __wrap_write(int fd, const void *bytes, size_t length)
{
    return fd == NOTHING_FD ? 0 : __real_write(fd, bytes, length);
}

static void a_descriptor_that_takes_nothing_is_an_error(void **state)
{
    (void)state;
    alarm(20); /* ends the test */
    assert_false(output_write(NOTHING_FD, "a", 1));
    assert_int_equal(errno, EIO);
    assert_true(output_write(NOTHING_FD, "", 0));
    alarm(0);
}

static void a_descriptor_that_stalls_is_an_error(void **state)
{
    (void)state;
    static char much[1024 * 1024];
    int ends[2];
    assert_int_equal(pipe2(ends, O_NONBLOCK), 0);
    output_set_limit(0);
    assert_false(output_write(ends[1], much, sizeof much));
    assert_int_equal(errno, ETIMEDOUT);
    close(ends[0]);
    close(ends[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whatever_is_printed_is_made_printable),
        cmocka_unit_test(a_character_in_two_pieces_stays_whole),
        cmocka_unit_test(a_line_is_one_line),
        cmocka_unit_test(data_is_written_as_it_is_and_in_order),
        cmocka_unit_test(json_is_escaped),
        cmocka_unit_test(a_descriptor_that_takes_nothing_is_an_error),
        cmocka_unit_test(a_descriptor_that_stalls_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
