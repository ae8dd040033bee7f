/* SPDX-License-Identifier: MIT */
/* Child processes. */
#define _GNU_SOURCE
#include "tests/unit/support.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/base/deadline.h"
#include "common/base/subprocess.h"

#define MINUTE_MILLISECONDS 60000

/* ---- memory in a fork ---- */

/* Another thread may have held the allocator's lock when the process was forked. So what forks of
 * this process do with it is counted, in memory that they share. */
static pid_t test;
static int *calls_in_forks;

#if !defined(__SANITIZE_ADDRESS__) && !defined(ENTRA_SANITIZE) && defined(__GLIBC__)
#define COUNTS_CALLS true

static void count_call(void)
{
    if (test != 0 && getpid() != test)
        __atomic_add_fetch(calls_in_forks, 1, __ATOMIC_RELAXED);
}

/* The C library's own. */
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *memory, size_t size);
extern void __libc_free(void *memory);

void *malloc(size_t size)
{
    count_call();
    return __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    count_call();
    return __libc_calloc(count, size);
}

void *realloc(void *memory, size_t size)
{
    count_call();
    return __libc_realloc(memory, size);
}

void free(void *memory)
{
    count_call();
    __libc_free(memory);
}
#else
#define COUNTS_CALLS false
#endif

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

static void *be_a_thread(void *unused)
{
    return unused;
}

/* A fork stands for a process that has had threads. */
static void a_process_with_threads_runs_no_function_in_a_fork(void **state)
{
    (void)state;
    struct secret *answer = NULL;
    int status = 0;
    pthread_t thread;
#if !__has_include(<sys/single_threaded.h>)
    skip();
#endif
    pid_t program = fork();
    if (program == 0) {
        if (pthread_create(&thread, NULL, be_a_thread, NULL) != 0)
            _exit(99);
        enum subprocess_end end = subprocess_fork(
            write_text, "12345", 5, deadline_in(MINUTE_MILLISECONDS), &status, &answer);
        _exit(end == SUBPROCESS_NO_PROCESS && errno == EBUSY && answer == NULL ? 0 : 1);
    }
    assert_int_equal(waitpid(program, &status, 0), program);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

/* ---- programs ---- */

/* The output of a shell command, which the caller frees with secret_free, or NULL and the error. */
static struct secret *shell(const char *line, int *ret_status, struct error *error)
{
    char *const command[] = { "sh", "-c", (char *)line, NULL };
    return subprocess_run(command, NULL, NULL, 100, deadline_in(MINUTE_MILLISECONDS), ret_status,
                          error);
}

static void what_a_program_says_is_its_last_line(void **state)
{
    (void)state;
    static const struct {
        const char *line, *said;
        int status;
    } cases[] = {
        { "echo text", "", 0 },
        { "echo text; echo first >&2; echo second >&2", "second", 0 },
        { "echo text; printf 'one\\n\\n two \\033[2J\\n\\n' >&2; exit 3", " two ?[2J", 3 },
        { "echo text; (echo child >&2); exit 1", "child", 1 },
        /* What does not fit is lost, and nobody waits or fails for it. */
        { "echo kept >&2; head -c 100000 /dev/zero | tr '\\0' x >&2; echo text; exit 2", NULL, 2 },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        char *const command[] = { "sh", "-c", (char *)cases[i].line, NULL };
        char said[SUBPROCESS_SAID_MAX] = "unset";
        struct error error = { 0 };
        int status = -2;
        auto_secret struct secret *output = subprocess_ask(
            command, NULL, NULL, 100, deadline_in(MINUTE_MILLISECONDS), &status, said, &error);
        assert_non_null(output);
        assert_string_equal(output->bytes, "text\n");
        assert_int_equal(status, cases[i].status);
        if (cases[i].said != NULL)
            assert_string_equal(said, cases[i].said);
        else
            assert_true(strlen(said) > 0);
    }
    char *const nowhere[] = { "/nowhere/program", NULL };
    struct error error = { 0 };
    int status;
    assert_null(subprocess_ask(nowhere, NULL, NULL, 100, deadline_in(MINUTE_MILLISECONDS), &status,
                               NULL, &error));
    assert_has(error.message, "cannot be run");
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

/* It runs /bin/sh with this script. */
static enum subprocess_end start(const char *script, const struct secret *input, size_t max,
                                 int64_t milliseconds, int *ret_status, struct secret **ret_output)
{
    char *const words[] = { "sh", "-c", (char *)script, NULL };
    const struct subprocess shell = { "/bin/sh", words, NULL, NULL, input, max, 0 };
    return subprocess_start(&shell, deadline_in(milliseconds), ret_status, ret_output);
}

static void a_program_reads_its_input_to_the_end(void **state)
{
    (void)state;
    size_t lengths[] = { 0, 1, 300000 }; /* more than a pipe holds */
    for (size_t i = 0; i < ARRAY_SIZE(lengths); i++) {
        struct secret *output = NULL;
        int status = 99;
        autofree char *text = repeated('x', lengths[i]);
        auto_secret struct secret *input = secret_from_text(text);
        assert_int_equal(start("cat", input, lengths[i], MINUTE_MILLISECONDS, &status, &output),
                         SUBPROCESS_ENDED);
        assert_int_equal(status, 0);
        assert_true(secret_equals(output, text, lengths[i]));
        secret_free(output);
    }
}

static void a_program_need_not_read_its_input(void **state)
{
    (void)state;
    static const char *const scripts[] = { "exit 3", "exec <&-; echo text; exit 3",
                                           "head -c 1 >/dev/null; exit 3" };
    autofree char *text = repeated('x', 300000);
    auto_secret struct secret *input = secret_from_text(text);
    signal(SIGPIPE, SIG_IGN); /* as in the programs */
    for (size_t i = 0; i < ARRAY_SIZE(scripts); i++) {
        struct secret *output = NULL;
        int status = 99;
        assert_int_equal(start(scripts[i], input, 10, MINUTE_MILLISECONDS, &status, &output),
                         SUBPROCESS_ENDED);
        secret_free(output);
        assert_int_equal(status, 3);
    }
    signal(SIGPIPE, SIG_DFL);
}

static void an_output_that_is_a_byte_too_long_is_none(void **state)
{
    (void)state;
    static const struct {
        size_t max;
        enum subprocess_end end;
    } cases[] = { { 5, SUBPROCESS_ENDED }, { 4, SUBPROCESS_TOO_MUCH } };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct secret *output = NULL;
        int status;
        assert_int_equal(
            start("printf 12345", NULL, cases[i].max, MINUTE_MILLISECONDS, &status, &output),
            cases[i].end);
        assert_int_equal(output != NULL, cases[i].end == SUBPROCESS_ENDED);
        secret_free(output);
    }
}

static void a_supervisor_neither_allocates_nor_frees(void **state)
{
    (void)state;
    static const struct {
        const char *script;
        int64_t milliseconds;
        enum subprocess_end end;
    } cases[] = {
        { "cat", MINUTE_MILLISECONDS, SUBPROCESS_ENDED },
        { "sleep 1000 & sleep 1000", 1, SUBPROCESS_TOO_LONG },
        { "kill -9 $PPID", MINUTE_MILLISECONDS, SUBPROCESS_LOST },
    };
    if (!COUNTS_CALLS)
        skip();
    *calls_in_forks = 0;
    auto_secret struct secret *input = secret_from_text("text");
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct secret *output = NULL;
        int status;
        assert_int_equal(start(cases[i].script, input, 10, cases[i].milliseconds, &status, &output),
                         cases[i].end);
        secret_free(output);
        assert_int_equal(*calls_in_forks, 0);
    }
    pid_t child = fork();
    if (child == 0) {
        void *volatile memory = malloc(1); /* not left out by the compiler */
        free(memory);
        _exit(0);
    }
    waitpid(child, NULL, 0);
    assert_int_equal(*calls_in_forks, 2); /* they are counted */
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
        cmocka_unit_test(what_a_program_says_is_its_last_line),
        cmocka_unit_test(a_function_in_a_fork_answers),
        cmocka_unit_test(an_answer_that_is_a_byte_too_long_is_none),
        cmocka_unit_test(the_status_says_how_a_function_ended),
        cmocka_unit_test(memory_that_runs_out_in_a_function_ends_the_program),
        cmocka_unit_test(a_function_that_hangs_is_killed_at_the_deadline),
        cmocka_unit_test(a_process_with_threads_runs_no_function_in_a_fork),
        cmocka_unit_test(a_program_gives_its_output_and_its_status),
        cmocka_unit_test(the_error_says_why_there_is_no_output),
        cmocka_unit_test(a_file_that_cannot_be_run_is_told_from_one_that_failed),
        cmocka_unit_test(a_command_whose_fate_is_not_known_is_not_blamed),
        cmocka_unit_test(a_program_reads_its_input_to_the_end),
        cmocka_unit_test(a_program_need_not_read_its_input),
        cmocka_unit_test(an_output_that_is_a_byte_too_long_is_none),
        cmocka_unit_test(a_supervisor_neither_allocates_nor_frees),
        cmocka_unit_test(a_detached_program_keeps_no_pipe_open),
    };
    calls_in_forks = mmap(NULL, sizeof *calls_in_forks, PROT_READ | PROT_WRITE,
                          MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    test = getpid();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
