/* SPDX-License-Identifier: MIT */
/* Warnings and traced steps on stderr, and ENTRA_TRACE. */
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
#include "common/base/text.h"

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

/* The output of a traced step with this value of ENTRA_TRACE; NULL: not set. */
static const char *trace_output(const char *value)
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

static void the_advice_of_a_warning_follows_it(void **state)
{
    (void)state;
    catch_output(STDERR_FILENO);
    warning_of("a_code", "Mend\x1b it.", "%s is odd", "it");
    assert_string_equal(caught_output(), "entra: warning: it is odd. Mend? it.\n");
}

static void a_warning_is_json_if_errors_are(void **state)
{
    (void)state;
    reporting.as_json = true;
    catch_output(STDERR_FILENO);
    warning_of("a_code", "Mend it.", "%s: \"odd\"\n", "/file");
    assert_string_equal(caught_output(), "{\"warning\":\"/file: \\\"odd\\\"?\","
                                         "\"hint\":\"Mend it.\",\"code\":\"a_code\"}\n");
}

static char received[200];

static void receive(const char *code, const char *text, const char *advice)
{
    snprintf(received, sizeof received, "%s|%s|%s", code, text, advice);
}

static void a_receiver_gets_the_parts_of_a_warning(void **state)
{
    (void)state;
    reporting.on_warning = receive;
    catch_output(STDERR_FILENO);
    warning_of("a_code", "Mend\n it.", "%s is odd\n", "it");
    assert_string_equal(caught_output(), "");
    assert_string_equal(received, "a_code|it is odd?|Mend? it.");
    warning("odd");
    assert_string_equal(received, "|odd|");
}

static void no_step_is_traced_unless_requested(void **state)
{
    (void)state;
    static const char *const off[] = { NULL, "", "0", "false", "FALSE" };
    for (size_t i = 0; i < ARRAY_SIZE(off); i++)
        assert_string_equal(trace_output(off[i]), "");
    assert_false(trace_is_on());
}

static void a_step_is_traced_with_its_time(void **state)
{
    (void)state;
    static const char *const on[] = { "1", "2", "true", "True" };
    for (size_t i = 0; i < ARRAY_SIZE(on); i++) {
        float milliseconds = -1;
        char step[80] = "";
        const char *text = trace_output(on[i]);
        assert_int_equal(sscanf(text, "entra: %f ms  %79[^\n]", &milliseconds, step), 2);
        assert_string_equal(step, "keyring: a step?");
        assert_true(milliseconds >= 0 && milliseconds < 10000);
        assert_int_equal(text[strlen(text) - 1], '\n');
    }
}

static void a_step_is_json_if_errors_are(void **state)
{
    (void)state;
    reporting = (struct reporting){ .as_json = true, .verbose = true, .file = -1 };
    catch_output(STDERR_FILENO);
    trace("keyring: \"a\"");
    const char *text = caught_output();
    assert_has(text, "{\"step\":\"keyring: \\\"a\\\"\",\"milliseconds\":");
    assert_has(text, "}\n");
}

static void a_trace_file_gets_the_steps_of_all_processes(void **state)
{
    (void)state;
    const char *path = below("steps");
    assert_string_equal(trace_output(path), "");
    assert_string_equal(trace_output(path), "");
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

static void verbose_and_a_trace_file_get_the_same(void **state)
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

static void make_strangers(const char *path)
{
    autoclose int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
    assert_int_equal(fchown(fd, 65533, 65533), 0);
}

static void a_trace_file_must_be_a_regular_file_of_the_user(void **state)
{
    (void)state;
    static const struct {
        void (*make)(const char *);
        const char *why;
    } cases[] = {
        { make_link, "Too many levels of symbolic links" },
        { make_second_name, "it has several names (hard links)" },
        { make_shared, "other users can write to it" },
        { make_pipe, "No such device or address" },
        { make_folder_there, "Is a directory" },
        { make_strangers, "another user owns it" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        if (cases[i].make == make_strangers && geteuid() != 0)
            continue; /* only root can give files away */
        autofree char *path = strdup(below("odd"));
        cases[i].make(path);
        autofree char *warning =
            text_format("entra: warning: ENTRA_TRACE: %s is not used: %s\n", path, cases[i].why);
        assert_string_equal(trace_output(path), warning);
        if (unlink(path) != 0)
            assert_int_equal(rmdir(path), 0);
        unlink(below("first"));
        assert_int_equal(access(below("target"), F_OK), -1);
    }
}

static void an_invalid_trace_target_is_reported(void **state)
{
    (void)state;
    static const char *const cases[] = { "yes", "relative/path", "-1" };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
        assert_has(trace_output(cases[i]), "ENTRA_TRACE must be 1 or an absolute path");
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
        TEST(the_advice_of_a_warning_follows_it),
        TEST(a_warning_is_json_if_errors_are),
        TEST(a_receiver_gets_the_parts_of_a_warning),
        TEST(no_step_is_traced_unless_requested),
        TEST(a_step_is_traced_with_its_time),
        TEST(a_step_is_json_if_errors_are),
        TEST(a_trace_file_gets_the_steps_of_all_processes),
        TEST(verbose_and_a_trace_file_get_the_same),
        TEST(a_trace_file_must_be_a_regular_file_of_the_user),
        TEST(an_invalid_trace_target_is_reported),
        TEST(the_longest_step_is_one_line),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
