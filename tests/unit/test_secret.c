/* SPDX-License-Identifier: MIT */
/* Secrets: read and written completely, wiped when they are freed. */
#define _GNU_SOURCE
#include "tests/unit/support.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/base/array.h"
#include "common/base/deadline.h"
#include "common/base/secret.h"

/* ---- memory as it is freed (ld --wrap=free) ---- */

void __real_free(void *pointer);
void __wrap_free(void *pointer);

static struct {
    bool on; /* while on, everything that is freed is a secret */
    size_t count;
    size_t dirty; /* how many of them were not wiped */
} watch;

void __wrap_free(void *pointer)
{
    const struct secret *secret = pointer;
    if (watch.on && secret != NULL) {
        watch.count++;
        for (size_t i = 0; i <= secret->length; i++) {
            if (secret->bytes[i] != '\0') {
                watch.dirty++;
                break;
            }
        }
    }
    __real_free(pointer);
}

/* Fails the test unless this many secrets were freed since, all of them wiped. */
static void assert_wiped(size_t count)
{
    watch.on = false;
    size_t seen = watch.count, dirty = watch.dirty;
    watch.count = watch.dirty = 0;
    assert_int_equal(seen, count);
    assert_int_equal(dirty, 0);
}

static void a_secret_is_wiped_before_it_is_freed(void **state)
{
    (void)state;
    struct secret *secrets[] = {
        secret_new("s3cret", 6), secret_new("s3cret\0after", 12),
        secret_new("", 0),       secret_format("%s-%d", "s3cret", 7),
        secret_allocate(100000),
    };
    memset(secrets[4]->bytes, 'x', 100000);
    watch.on = true;
    for (size_t i = 0; i < ARRAY_SIZE(secrets); i++)
        secret_free(secrets[i]);
    assert_wiped(ARRAY_SIZE(secrets));
}

static struct secret *make(void)
{
    auto_secret struct secret *dropped = secret_new("s3cret", 6);
    auto_secret struct secret *kept = secret_new("kept", 4);
    return dropped != NULL ? steal(&kept) : NULL;
}

static void a_secret_is_freed_with_its_variable_unless_stolen(void **state)
{
    (void)state;
    watch.on = true;
    struct secret *secret = make();
    assert_wiped(1);
    assert_string_equal(secret->bytes, "kept");
    secret_free(secret);
}

static void a_null_secret_is_accepted(void **state)
{
    (void)state;
    watch.on = true;
    secret_free(NULL);
    assert_wiped(0);
}

/* ---- making ---- */

static void a_secret_ends_in_a_nul_that_is_not_counted(void **state)
{
    (void)state;
    auto_secret struct secret *secret = secret_new("s3cret and more", 6);
    assert_int_equal(secret->length, 6);
    assert_string_equal(secret->bytes, "s3cret");
    auto_secret struct secret *empty = secret_new(NULL, 0);
    assert_int_equal(empty->length, 0);
    assert_string_equal(empty->bytes, "");
}

static void a_secret_may_have_nul_bytes(void **state)
{
    (void)state;
    auto_secret struct secret *secret = secret_new("a\0b", 3);
    assert_int_equal(secret->length, 3);
    assert_memory_equal(secret->bytes, "a\0b", 4);
}

static void an_allocated_secret_is_zeroed(void **state)
{
    (void)state;
    auto_secret struct secret *secret = secret_allocate(1000);
    char zeros[1001] = { 0 };
    assert_int_equal(secret->length, 1000);
    assert_memory_equal(secret->bytes, zeros, sizeof zeros);
}

static void a_secret_is_formatted_completely(void **state)
{
    (void)state;
    auto_secret struct secret *long_one = secret_allocate(100000);
    memset(long_one->bytes, 'x', long_one->length);
    auto_secret struct secret *secret = secret_format("%s=%s&%d", "a", long_one->bytes, 7);
    assert_int_equal(secret->length, 2 + 100000 + 2);
    assert_int_equal(strlen(secret->bytes), secret->length);
    assert_string_equal(secret->bytes + secret->length - 3, "x&7");
}

/* ---- comparing ---- */

static void a_secret_equals_the_same_bytes_and_no_others(void **state)
{
    (void)state;
    auto_secret struct secret *secret = secret_new("s3cret", 6);
    assert_true(secret_equals(secret, "s3cret", 6));
    assert_false(secret_equals(secret, "s3cret", 5));
    assert_false(secret_equals(secret, "s3cret\0", 7));
    assert_false(secret_equals(secret, "S3cret", 6));
    assert_false(secret_equals(secret, "s3creT", 6));
    assert_false(secret_equals(secret, "", 0));
    auto_secret struct secret *empty = secret_new("", 0);
    assert_true(secret_equals(empty, "", 0));
    assert_false(secret_equals(empty, "s", 1));
}

/* ---- reading and writing ---- */

/* A descriptor to read this many bytes from. */
static int bytes_to_read(size_t length)
{
    auto_secret struct secret *bytes = secret_allocate(length);
    memset(bytes->bytes, 'x', length);
    return open(file_of_bytes(bytes->bytes, length, 0600), O_RDONLY | O_CLOEXEC);
}

static void everything_is_read(void **state)
{
    (void)state;
    static const size_t cases[] = { 0, 1, 4095, 4096, 4097, 8191, 8192, 8193, 100000, 262144 };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        autoclose int fd = bytes_to_read(cases[i]);
        auto_secret struct secret *secret = secret_read(fd, 262144);
        assert_non_null(secret);
        assert_int_equal(secret->length, cases[i]);
        assert_int_equal(strspn(secret->bytes, "x"), cases[i]);
        assert_int_equal(secret->bytes[secret->length], '\0');
    }
}

static void at_most_one_byte_over_the_limit_is_read(void **state)
{
    (void)state;
    static const size_t cases[] = { 4096, 4097, 5000, 8191, 8192, 65535, 100000 };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        autoclose int exact = bytes_to_read(cases[i]);
        auto_secret struct secret *all = secret_read(exact, cases[i]);
        assert_int_equal(all->length, cases[i]);

        autoclose int more = bytes_to_read(cases[i] + 5000);
        auto_secret struct secret *part = secret_read(more, cases[i]);
        assert_int_equal(part->length, cases[i] + 1);
        assert_int_equal(lseek(more, 0, SEEK_CUR), cases[i] + 1);
    }
}

static void a_small_limit_is_respected(void **state)
{
    (void)state;
    autoclose int fd = bytes_to_read(100);
    auto_secret struct secret *secret = secret_read(fd, 10);
    assert_int_equal(secret->length, 11);
}

static void pieces_are_put_together(void **state)
{
    (void)state;
    static const char *const pieces[] = { "one ", "two ", "three" };
    int ends[2];
    assert_int_equal(pipe2(ends, O_CLOEXEC | O_DIRECT), 0); /* one write, one read */
    for (size_t i = 0; i < ARRAY_SIZE(pieces); i++)
        assert_int_equal(write(ends[1], pieces[i], strlen(pieces[i])), strlen(pieces[i]));
    close(ends[1]);
    auto_secret struct secret *secret = secret_read(ends[0], 1000);
    close(ends[0]);
    assert_string_equal(secret->bytes, "one two three");
}

static void reading_leaves_no_copies(void **state)
{
    (void)state;
    autoclose int fd = bytes_to_read(100000); /* 4096, 8192, ... 65536: each grows into the next */
    watch.on = true;
    struct secret *secret = secret_read(fd, 262144);
    assert_wiped(5);
    watch.on = true;
    secret_free(secret);
    assert_wiped(1);
}

/* The input ends at the first full stop. */
static size_t at_full_stop(const char *bytes, size_t length, size_t seen)
{
    const char *stop = memchr(bytes + seen, '.', length - seen);
    return stop != NULL ? (size_t)(stop - bytes) + 1 : 0;
}

static void input_is_read_to_where_it_ends(void **state)
{
    (void)state;
    static const struct {
        const char *input, *read;
        bool stays_open;
    } cases[] = {
        { "one.two", "one.", true }, { ".", ".", true }, { "one. two. ", "one.", false },
        { "one", "one", false },     { "", "", false },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        int ends[2];
        assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
        assert_int_equal(write(ends[1], cases[i].input, strlen(cases[i].input)),
                         strlen(cases[i].input));
        if (!cases[i].stays_open)
            close(ends[1]);
        auto_secret struct secret *input =
            secret_read_input(ends[0], 100, at_full_stop, deadline_in(60000));
        assert_non_null(input);
        assert_int_equal(input->length, strlen(cases[i].read));
        assert_string_equal(input->bytes, cases[i].read);
        close(ends[0]);
        if (cases[i].stays_open)
            close(ends[1]);
    }
}

static void input_in_pieces_ends_where_the_pieces_together_do(void **state)
{
    (void)state;
    static const char *const pieces[] = { "one ", "two", ".", "three" };
    int ends[2];
    assert_int_equal(pipe2(ends, O_CLOEXEC | O_DIRECT), 0); /* one write, one read */
    for (size_t i = 0; i < ARRAY_SIZE(pieces); i++)
        assert_int_equal(write(ends[1], pieces[i], strlen(pieces[i])), strlen(pieces[i]));
    auto_secret struct secret *input =
        secret_read_input(ends[0], 100, at_full_stop, deadline_in(60000));
    assert_string_equal(input->bytes, "one two.");
    close(ends[0]);
    close(ends[1]);
}

static void input_that_does_not_end_fails_at_the_deadline(void **state)
{
    (void)state;
    static const int modes[] = { O_CLOEXEC, O_CLOEXEC | O_NONBLOCK };
    for (size_t i = 0; i < ARRAY_SIZE(modes); i++) {
        int ends[2];
        assert_int_equal(pipe2(ends, modes[i]), 0);
        assert_int_equal(write(ends[1], "one", 3), 3);
        errno = 0;
        assert_null(secret_read_input(ends[0], 100, at_full_stop, deadline_in(1)));
        assert_int_equal(errno, ETIMEDOUT);
        close(ends[0]);
        close(ends[1]);
    }
}

static void input_over_the_limit_is_not_waited_for(void **state)
{
    (void)state;
    int ends[2];
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    assert_int_equal(write(ends[1], "0123456789abcdef", 16), 16);
    auto_secret struct secret *input =
        secret_read_input(ends[0], 10, at_full_stop, deadline_in(60000));
    assert_non_null(input);
    assert_int_equal(input->length, 11);
    close(ends[0]);
    close(ends[1]);
}

static void a_read_error_is_reported(void **state)
{
    (void)state;
    errno = 0;
    assert_null(secret_read(-1, 100));
    assert_int_equal(errno, EBADF);
    autoclose int folder = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    errno = 0;
    assert_null(secret_read(folder, 100));
    assert_int_equal(errno, EISDIR);
}

static void a_secret_is_written_completely(void **state)
{
    (void)state;
    char read_back[8] = "";
    autoclose int fd = open(file_of_bytes("", 0, 0600), O_RDWR | O_CLOEXEC);
    auto_secret struct secret *secret = secret_new("s3\0cret", 7);
    assert_true(secret_write(secret, fd));
    assert_int_equal(pread(fd, read_back, sizeof read_back, 0), 7);
    assert_memory_equal(read_back, "s3\0cret", 7);
}

static void a_write_error_is_reported(void **state)
{
    (void)state;
    auto_secret struct secret *secret = secret_new("s3cret", 6);
    autoclose int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
    errno = 0;
    assert_false(secret_write(secret, full));
    assert_int_equal(errno, ENOSPC);

    int ends[2];
    assert_int_equal(pipe(ends), 0);
    close(ends[0]);
    signal(SIGPIPE, SIG_IGN);
    errno = 0;
    bool written = secret_write(secret, ends[1]);
    int reason = errno;
    close(ends[1]);
    assert_false(written);
    assert_int_equal(reason, EPIPE);
}

/* ---- the process ---- */

static void a_protected_process_leaves_no_core_and_cannot_be_traced(void **state)
{
    (void)state;
    pid_t child = fork();
    if (child == 0) {
        struct rlimit core = { 1, 1 };
        secret_protect_process();
        getrlimit(RLIMIT_CORE, &core);
        bool protected = core.rlim_cur == 0;
#ifndef ENTRA_SANITIZE
        protected = protected && prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 0;
#endif
        _exit(protected ? 0 : 1);
    }
    int status = -1;
    waitpid(child, &status, 0);
    assert_int_equal(status, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_secret_is_wiped_before_it_is_freed),
        cmocka_unit_test(a_secret_is_freed_with_its_variable_unless_stolen),
        cmocka_unit_test(a_null_secret_is_accepted),
        cmocka_unit_test(a_secret_ends_in_a_nul_that_is_not_counted),
        cmocka_unit_test(a_secret_may_have_nul_bytes),
        cmocka_unit_test(an_allocated_secret_is_zeroed),
        cmocka_unit_test(a_secret_is_formatted_completely),
        cmocka_unit_test(a_secret_equals_the_same_bytes_and_no_others),
        cmocka_unit_test(everything_is_read),
        cmocka_unit_test(at_most_one_byte_over_the_limit_is_read),
        cmocka_unit_test(a_small_limit_is_respected),
        cmocka_unit_test(pieces_are_put_together),
        cmocka_unit_test(reading_leaves_no_copies),
        cmocka_unit_test(input_is_read_to_where_it_ends),
        cmocka_unit_test(input_in_pieces_ends_where_the_pieces_together_do),
        cmocka_unit_test(input_that_does_not_end_fails_at_the_deadline),
        cmocka_unit_test(input_over_the_limit_is_not_waited_for),
        cmocka_unit_test(a_read_error_is_reported),
        cmocka_unit_test(a_secret_is_written_completely),
        cmocka_unit_test(a_write_error_is_reported),
        cmocka_unit_test(a_protected_process_leaves_no_core_and_cannot_be_traced),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
