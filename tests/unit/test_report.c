/* SPDX-License-Identifier: MIT */
/* Warnings and steps on stderr, and ENTRA_TRACE. */
#define _GNU_SOURCE
#include "tests/unit/support.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/array.h"
#include "common/base/cleanup.h"
#include "common/base/report.h"

static int begin(void **state)
{
    (void)state;
    program_invocation_short_name = (char *)"entra";
    return clear_environment(NULL);
}

static int end(void **state)
{
    (void)state;
    if (reporting.file >= 0)
        close(reporting.file);
    reporting = (struct reporting){ .file = -1 };
    return 0;
}

/* What is said where ENTRA_TRACE has this value (NULL: it is not set) and a step is taken. */
static const char *said(const char *value)
{
    unsetenv("ENTRA_TRACE");
    if (value != NULL)
        setenv("ENTRA_TRACE", value, 1);
    catch_output(STDERR_FILENO);
    report_begin();
    trace("keyring: a %s\x1b", "step");
    const char *text = caught_output();
    end(NULL);
    return text;
}

static char *content_of(const char *path)
{
    autoclose int fd = open(path, O_RDONLY | O_CLOEXEC);
    char *text = calloc(1, 8192);
    if (fd < 0 || read(fd, text, 8191) < 0)
        text[0] = '\0';
    return text;
}

static void a_warning_is_one_line(void **state)
{
    (void)state;
    catch_output(STDERR_FILENO);
    warning("%s:%d: odd\n", "file", 7);
    assert_string_equal(caught_output(), "entra: warning: file:7: odd?\n");
}

static void a_warning_is_json_where_errors_are(void **state)
{
    (void)state;
    reporting.as_json = true;
    catch_output(STDERR_FILENO);
    warning("%s: \"odd\"\n", "/file");
    assert_string_equal(caught_output(), "{\"warning\":\"/file: \\\"odd\\\"?\"}\n");
}

static void no_step_is_told_unless_it_is_asked_for(void **state)
{
    (void)state;
    static const char *const off[] = { NULL, "", "0", "false", "FALSE" };
    for (size_t i = 0; i < ARRAY_SIZE(off); i++)
        assert_string_equal(said(off[i]), "");
    assert_false(trace_is_on());
}

static void a_step_is_told_with_its_time(void **state)
{
    (void)state;
    static const char *const on[] = { "1", "2", "true", "True" };
    for (size_t i = 0; i < ARRAY_SIZE(on); i++) {
        float milliseconds = -1;
        char step[80] = "";
        const char *text = said(on[i]);
        assert_int_equal(sscanf(text, "entra: %f ms  %79[^\n]", &milliseconds, step), 2);
        assert_string_equal(step, "keyring: a step?");
        assert_true(milliseconds >= 0 && milliseconds < 10000);
        assert_int_equal(text[strlen(text) - 1], '\n');
    }
}

static void a_step_is_json_where_errors_are(void **state)
{
    (void)state;
    reporting = (struct reporting){ .as_json = true, .verbose = true, .file = -1 };
    catch_output(STDERR_FILENO);
    trace("keyring: \"a\"");
    const char *text = caught_output();
    assert_has(text, "{\"milliseconds\":");
    assert_has(text, ",\"step\":\"keyring: \\\"a\\\"\"}\n");
}

static void a_file_gets_the_steps_of_all(void **state)
{
    (void)state;
    const char *path = below("steps");
    assert_string_equal(said(path), "");
    assert_string_equal(said(path), "");
    autofree char *text = content_of(path);
    char *second = strchr(text, '\n') + 1;
    char expected[64];
    snprintf(expected, sizeof expected, "Z entra[%d]: ", (int)getpid());
    assert_has(text, expected);
    assert_has(second, expected);
    assert_has(second, " ms  keyring: a step?\n");
    struct stat status;
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 07777, 0600);
    unlink(path);
}

static void verbose_and_a_file_get_the_same(void **state)
{
    (void)state;
    const char *path = below("both");
    setenv("ENTRA_TRACE", path, 1);
    report_begin();
    reporting.verbose = true;
    catch_output(STDERR_FILENO);
    trace("a step");
    assert_has(caught_output(), "a step\n");
    autofree char *text = content_of(path);
    assert_has(text, "a step\n");
    unlink(path);
}

static void make_link(const char *path)
{
    assert_int_equal(symlink(below("target"), path), 0);
}

static void make_second_name(const char *path)
{
    autoclose int fd = open(below("first"), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(link(below("first"), path), 0);
}

static void make_shared(const char *path)
{
    autoclose int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    assert_int_equal(fchmod(fd, 0620), 0);
}

static void make_pipe(const char *path)
{
    assert_int_equal(mkfifo(path, 0600), 0);
}

static void make_folder_there(const char *path)
{
    assert_int_equal(mkdir(path, 0700), 0);
}

static void what_is_not_a_file_of_ones_own_is_not_written_to(void **state)
{
    (void)state;
    static void (*const makers[])(const char *) = { make_link, make_second_name, make_shared,
                                                    make_pipe, make_folder_there };
    for (size_t i = 0; i < ARRAY_SIZE(makers); i++) {
        autofree char *path = strdup(below("odd"));
        makers[i](path);
        assert_has(said(path), "entra: warning: ENTRA_TRACE: ");
        if (unlink(path) != 0)
            assert_int_equal(rmdir(path), 0);
        unlink(below("first"));
        assert_int_equal(access(below("target"), F_OK), -1);
    }
}

static void what_names_no_place_is_told(void **state)
{
    (void)state;
    static const char *const cases[] = { "yes", "relative/path", "-1" };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
        assert_has(said(cases[i]), "ENTRA_TRACE must be 1 or an absolute path");
}

static void the_longest_step_is_one_line(void **state)
{
    (void)state;
    const char *path = below("long");
    autofree char *step = repeated('x', 5000);
    setenv("ENTRA_TRACE", path, 1);
    report_begin();
    trace("%s", step);
    autofree char *text = content_of(path);
    assert_int_equal(strcspn(text, "\n"), strlen(text) - 1);
    unlink(path);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_warning_is_one_line),
        TEST(a_warning_is_json_where_errors_are),
        TEST(no_step_is_told_unless_it_is_asked_for),
        TEST(a_step_is_told_with_its_time),
        TEST(a_step_is_json_where_errors_are),
        TEST(a_file_gets_the_steps_of_all),
        TEST(verbose_and_a_file_get_the_same),
        TEST(what_is_not_a_file_of_ones_own_is_not_written_to),
        TEST(what_names_no_place_is_told),
        TEST(the_longest_step_is_one_line),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
