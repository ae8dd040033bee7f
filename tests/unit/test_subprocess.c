/* SPDX-License-Identifier: MIT */
/* Child processes. */
#define _GNU_SOURCE
#include "tests/unit/support.h"

#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/base/deadline.h"
#include "common/base/subprocess.h"

#define MINUTE_MILLISECONDS 60000

/* ---- functions in a fork ---- */

static bool write_text(void *text, int fd)
{
    return write(fd, text, strlen(text)) == (ssize_t)strlen(text);
}

static bool end_in_failure(void *unused, int fd)
{
    (void)unused, (void)fd;
    return false;
}

static bool end_with_1(void *unused, int fd)
{
    (void)unused, (void)fd;
    _exit(1);
}

static bool call_exit(void *unused, int fd)
{
    (void)unused, (void)fd;
    exit(1);
}

static bool be_killed(void *unused, int fd)
{
    (void)unused, (void)fd;
    return raise(SIGKILL) == 0;
}

static bool hang(void *unused, int fd)
{
    (void)unused, (void)fd;
    return pause() == 0;
}

static void a_function_in_a_fork_answers(void **state)
{
    (void)state;
    struct secret *text;
    int status;
    assert_int_equal(
        subprocess_fork(write_text, "12345", 5, deadline_in(MINUTE_MILLISECONDS), &status, &text),
        SUBPROCESS_ENDED);
    auto_secret struct secret *answer = text;
    assert_int_equal(status, 0);
    assert_int_equal(answer->length, 5);
    assert_memory_equal(answer->bytes, "12345", 5);
}

static void an_answer_that_is_a_byte_too_long_is_none(void **state)
{
    (void)state;
    struct secret *answer;
    int status;
    assert_int_equal(
        subprocess_fork(write_text, "12345", 4, deadline_in(MINUTE_MILLISECONDS), &status, &answer),
        SUBPROCESS_TOO_MUCH);
    assert_null(answer);
}

static void the_status_says_how_a_function_ended(void **state)
{
    (void)state;
    static const struct {
        bool (*function)(void *, int);
        int status;
    } cases[] = { { end_in_failure, 2 }, { call_exit, 2 }, { be_killed, -1 } };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct secret *answer;
        int status;
        assert_int_equal(subprocess_fork(cases[i].function, NULL, 10,
                                         deadline_in(MINUTE_MILLISECONDS), &status, &answer),
                         SUBPROCESS_ENDED);
        assert_int_equal(status, cases[i].status);
        assert_int_equal(answer->length, 0);
        secret_free(answer);
    }
}

/* The function has said so; a fork stands for the program. */
static void memory_that_runs_out_in_a_function_ends_the_program(void **state)
{
    (void)state;
    struct secret *answer;
    int status = 0;
    pid_t program = fork();
    if (program == 0) {
        subprocess_fork(end_with_1, NULL, 10, deadline_in(MINUTE_MILLISECONDS), &status, &answer);
        _exit(99);
    }
    assert_int_equal(waitpid(program, &status, 0), program);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 1);
}

static void a_function_that_hangs_is_killed_at_the_deadline(void **state)
{
    (void)state;
    struct secret *answer;
    int status;
    assert_int_equal(subprocess_fork(hang, NULL, 10, deadline_in(1), &status, &answer),
                     SUBPROCESS_TOO_LONG);
    assert_null(answer);
}

/* ---- programs ---- */

/* The output of a shell command, which the caller frees with secret_free, or NULL and the error. */
static struct secret *shell(const char *line, int *ret_status, struct error *error)
{
    char *const command[] = { "sh", "-c", (char *)line, NULL };
    return subprocess_run(command, NULL, NULL, 100, deadline_in(MINUTE_MILLISECONDS), ret_status,
                          error);
}

static void a_program_gives_its_output_and_its_status(void **state)
{
    (void)state;
    static const struct {
        const char *line, *output;
        int status;
    } cases[] = {
        { "echo text", "text\n", 0 },
        { "echo text; exit 3", "text\n", 3 },
        { "echo text; kill -9 $$", "text\n", -1 },
        { "cat", "", 0 }, /* its stdin is empty */
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct error error;
        int status = 99;
        auto_secret struct secret *output = shell(cases[i].line, &status, &error);
        assert_non_null(output);
        assert_int_equal(status, cases[i].status);
        assert_int_equal(output->length, strlen(cases[i].output));
        assert_memory_equal(output->bytes, cases[i].output, output->length);
    }
}

static void the_error_says_why_there_is_no_output(void **state)
{
    (void)state;
    char *const absent[] = { "entra-no-such-program", NULL };
    char *const relative[] = { "./program", NULL };
    char *const endless[] = { "yes", NULL };
    char *const hanging[] = { "sleep", "1000", NULL };
    char *const failing[] = { "false", NULL };
    char *const silent[] = { "true", NULL };
    const struct {
        char *const *command;
        int64_t milliseconds;
        const char *message;
    } cases[] = {
        { absent, MINUTE_MILLISECONDS,
          "'entra-no-such-program' cannot be run: it is in no folder" },
        { relative, MINUTE_MILLISECONDS, "'./program' cannot be run: its path is not absolute" },
        { endless, MINUTE_MILLISECONDS, "'yes' printed too much" },
        { hanging, 1, "'sleep' did not end in time" },
        { failing, MINUTE_MILLISECONDS, "'false' failed" },
        { silent, MINUTE_MILLISECONDS, "'true' printed nothing" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct error error;
        assert_null(subprocess_read(cases[i].command, NULL, NULL, 100,
                                    deadline_in(cases[i].milliseconds), &error));
        assert_error(&error, ERROR_USAGE, cases[i].message);
    }
}

static void a_file_that_cannot_be_run_is_told_from_one_that_failed(void **state)
{
    (void)state;
    char *const folder[] = { "/", NULL };
    struct error error;
    pid_t pid;
    if (posix_spawn(&pid, "/", NULL, NULL, folder, environ) == 0)
        skip(); /* an emulator does not tell */
    assert_null(subprocess_read(folder, NULL, NULL, 100, deadline_in(MINUTE_MILLISECONDS), &error));
    assert_error(&error, ERROR_USAGE, "'/' cannot be run: Permission denied");
}

/* Its parent is what waits for it. */
static void a_command_whose_fate_is_not_known_is_not_blamed(void **state)
{
    (void)state;
    struct error error;
    int status = 0;
    assert_null(shell("kill -9 $PPID", &status, &error));
    assert_error(&error, ERROR_OTHER, "it is not known what became of the command 'sh'");
}

static void a_detached_program_keeps_no_pipe_open(void **state)
{
    (void)state;
    char *const words[] = { "sleep", "1000", NULL };
    int ends[2];
    pid_t pid = 0;
    char byte;
    assert_int_equal(pipe(ends), 0); /* as a parent hands it down: not closed by exec */
    assert_int_equal(subprocess_detach("sleep", words, NULL, "/", &pid), 0);
    close(ends[1]);
    struct pollfd reader = { .fd = ends[0], .events = POLLIN };
    assert_int_equal(poll(&reader, 1, MINUTE_MILLISECONDS), 1);
    assert_int_equal(read(ends[0], &byte, 1), 0);
    assert_int_equal(waitpid(pid, NULL, WNOHANG), 0); /* it still runs */
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    close(ends[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_function_in_a_fork_answers),
        cmocka_unit_test(an_answer_that_is_a_byte_too_long_is_none),
        cmocka_unit_test(the_status_says_how_a_function_ended),
        cmocka_unit_test(memory_that_runs_out_in_a_function_ends_the_program),
        cmocka_unit_test(a_function_that_hangs_is_killed_at_the_deadline),
        cmocka_unit_test(a_program_gives_its_output_and_its_status),
        cmocka_unit_test(the_error_says_why_there_is_no_output),
        cmocka_unit_test(a_file_that_cannot_be_run_is_told_from_one_that_failed),
        cmocka_unit_test(a_command_whose_fate_is_not_known_is_not_blamed),
        cmocka_unit_test(a_detached_program_keeps_no_pipe_open),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
