/* SPDX-License-Identifier: MIT */
/* Signals that end a program, each with its default action and with ours. */
#define _GNU_SOURCE
#include "tests/unit/support.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/base/array.h"
#include "common/base/cleanup.h"
#include "common/base/signals.h"
#include "common/base/unfinished.h"

/* Whether the program chose to do without it, or cannot catch it: SIGKILL, and those that the C
 * library keeps for itself. */
static bool is_left_out(int number)
{
    return number == SIGPIPE || number == SIGXFSZ || number == SIGKILL ||
           (number > SIGSYS && number < SIGRTMIN);
}

/* Sends a signal to a child with an unfinished file. Returns how that ended or stopped it. */
static int send_to_child(int number, bool begun, const char *path)
{
    int how = 0;
    pid_t pid = fork();
    if (pid == 0) {
        struct unfinished *file;
        prctl(PR_SET_DUMPABLE, 0);
        signal(number, SIG_DFL);
        if (begun)
            signals_begin();
        if (unfinished_create(AT_FDCWD, path, 0600, &file) < 0)
            _exit(2);
        kill(getpid(), number);
        _exit(0);
    }
    assert_int_equal(waitpid(pid, &how, WUNTRACED), pid);
    if (WIFSTOPPED(how)) {
        kill(pid, SIGKILL);
        waitpid(pid, NULL, 0);
    }
    return how;
}

static void every_signal_that_ends_the_program_removes_unfinished_files(void **state)
{
    (void)state;
    size_t count = 0;
    for (int number = 1; number <= SIGRTMAX; number++) {
        const char *path = below("lock");
        bool ends = WIFSIGNALED(send_to_child(number, false, path));
        unlink(path);
        if (!ends || is_left_out(number))
            continue;
        int how = send_to_child(number, true, path);
        if (!WIFSIGNALED(how) || WTERMSIG(how) != number)
            fail_msg("signal %d does not end the program", number);
        if (unlink(path) == 0)
            fail_msg("signal %d leaves the file", number);
        count++;
    }
    assert_true(count > 40);
}

/* (SIGTSTP and its like stop no process of a group whose parents are in another session.) */
static void a_signal_that_ends_no_program_does_what_it_does_by_default(void **state)
{
    (void)state;
    static const int harmless[] = { SIGCHLD, SIGCONT, SIGURG,  SIGWINCH,
                                    SIGTSTP, SIGTTIN, SIGTTOU, SIGSTOP };
    for (size_t i = 0; i < ARRAY_SIZE(harmless); i++) {
        const char *path = below("lock");
        int by_default = send_to_child(harmless[i], false, path);
        assert_false(WIFSIGNALED(by_default));
        assert_int_equal(unlink(path), 0);
        assert_int_equal(send_to_child(harmless[i], true, path), by_default);
        assert_int_equal(unlink(path), 0);
    }
}

/* Who writes to a pipe or a file sees the error. */
static void a_write_that_fails_ends_no_program(void **state)
{
    (void)state;
    static const int ignored[] = { SIGPIPE, SIGXFSZ };
    for (size_t i = 0; i < ARRAY_SIZE(ignored); i++) {
        assert_int_equal(send_to_child(ignored[i], true, below("lock")), 0);
        assert_int_equal(unlink(below("lock")), 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_signal_that_ends_the_program_removes_unfinished_files),
        cmocka_unit_test(a_signal_that_ends_no_program_does_what_it_does_by_default),
        cmocka_unit_test(a_write_that_fails_ends_no_program),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
