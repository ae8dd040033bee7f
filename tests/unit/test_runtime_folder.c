/* SPDX-License-Identifier: MIT */
/* The runtime folder, which this user's processes share and no other user can change. */
#define _GNU_SOURCE
#include "tests/unit/support.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "common/base/array.h"
#include "common/base/cleanup.h"
#include "common/base/runtime_folder.h"

/* Gives each test its own runtime folder. */
static int begin(void **state)
{
    (void)state;
    static int count;
    char name[16];
    snprintf(name, sizeof name, "%d", count++);
    clear_environment(NULL);
    setenv("XDG_RUNTIME_DIR", below(name), 1);
    return mkdir(getenv("XDG_RUNTIME_DIR"), 0700);
}

/* Whether the descriptor is open on the path. */
static bool is_open(int fd, const char *path)
{
    struct stat opened, named;
    return fd >= 0 && fstat(fd, &opened) == 0 && stat(path, &named) == 0 &&
           opened.st_ino == named.st_ino && opened.st_dev == named.st_dev;
}

static const char *own_path(void)
{
    static char path[128];
    snprintf(path, sizeof path, "%s/entra", getenv("XDG_RUNTIME_DIR"));
    return path;
}

static void the_folder_is_created_for_its_owner_only(void **state)
{
    (void)state;
    struct stat status;
    autoclose int fd = runtime_folder_open();
    assert_true(is_open(fd, own_path()));
    assert_int_equal(fstat(fd, &status), 0);
    assert_int_equal(status.st_mode & 07777, 0700);
}

static void no_umask_matters(void **state)
{
    (void)state;
    struct stat status;
    mode_t before = umask(0777);
    autoclose int fd = runtime_folder_open();
    auto_secret struct secret *content = secret_from_text("content");
    bool written = fd >= 0 && runtime_write(fd, "file", content);
    umask(before);
    assert_true(is_open(fd, own_path()) && written);
    assert_int_equal(fstat(fd, &status), 0);
    assert_int_equal(status.st_mode & 07777, 0700);
    assert_int_equal(fstatat(fd, "file", &status, 0), 0);
    assert_int_equal(status.st_mode & 07777, 0600);
}

static void what_a_killed_writer_left_is_removed_at_once(void **state)
{
    (void)state;
    autoclose int folder = runtime_folder_open();
    auto_secret struct secret *content = secret_from_text("content");
    close(openat(folder, "x.token.01234567.new", O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
    autoclose int writing =
        openat(folder, "y.token.01234567.new", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    assert_int_equal(flock(writing, LOCK_EX), 0);
    assert_true(runtime_write(folder, "file", content));
    assert_int_equal(faccessat(folder, "x.token.01234567.new", F_OK, 0), -1);
    assert_int_equal(faccessat(folder, "y.token.01234567.new", F_OK, 0), 0);
}

static void an_existing_folder_is_used(void **state)
{
    (void)state;
    mkdir(own_path(), 0700);
    autoclose int fd = runtime_folder_open();
    assert_true(is_open(fd, own_path()));
}

static void a_folder_that_others_can_enter_is_not_used(void **state)
{
    (void)state;
    static const mode_t modes[] = { 0750, 0705, 0770, 0777, 0701 };
    for (size_t i = 0; i < ARRAY_SIZE(modes); i++) {
        mkdir(own_path(), 0700);
        assert_int_equal(chmod(own_path(), modes[i]), 0);
        autoclose int fd = runtime_folder_open();
        assert_false(is_open(fd, own_path()));
    }
}

static void a_folder_of_another_user_is_not_used(void **state)
{
    (void)state;
    if (geteuid() != 0)
        skip(); /* only root can make one */
    mkdir(own_path(), 0700);
    assert_int_equal(chown(own_path(), 65534, 65534), 0);
    autoclose int fd = runtime_folder_open();
    assert_false(is_open(fd, own_path()));
}

static void a_path_that_is_too_long_is_not_used_in_part(void **state)
{
    (void)state;
    static const char last_letter[] = "/entra";
    char path[4096 - sizeof last_letter + 2], shorter[128];
    size_t length = (size_t)snprintf(path, sizeof path, "%s", getenv("XDG_RUNTIME_DIR"));
    for (; length + 1 < sizeof path; length++)
        path[length] = '/';
    path[length] = '\0';
    snprintf(shorter, sizeof shorter, "%s/entr", getenv("XDG_RUNTIME_DIR"));
    setenv("XDG_RUNTIME_DIR", path, 1);
    close(runtime_folder_open());
    assert_int_not_equal(access(shorter, F_OK), 0);
}

static void a_symbolic_link_is_not_followed(void **state)
{
    (void)state;
    mkdir(below("target"), 0700);
    assert_int_equal(symlink(below("target"), own_path()), 0);
    autoclose int fd = runtime_folder_open();
    assert_false(is_open(fd, below("target")));
}

static void a_relative_runtime_folder_is_ignored(void **state)
{
    (void)state;
    setenv("XDG_RUNTIME_DIR", "relative", 1);
    autoclose int fd = runtime_folder_open();
    assert_false(is_open(fd, "relative/entra"));
    assert_int_not_equal(access("relative", F_OK), 0);
}

/* ---- names ---- */

#define NAME(ending, ...) runtime_name(ending, (const char *const[]){ __VA_ARGS__, NULL }).text

static void no_folder_is_created_in_that_of_another_user(void **state)
{
    (void)state;
    if (geteuid() != 0)
        skip(); /* only root can make one */
    assert_int_equal(chown(getenv("XDG_RUNTIME_DIR"), 65534, 65534), 0);
    autoclose int fd = runtime_folder_open();
    assert_false(is_open(fd, own_path()));
    assert_int_not_equal(access(own_path(), F_OK), 0);
}

static void the_same_texts_have_the_same_name(void **state)
{
    (void)state;
    char first[64];
    snprintf(first, sizeof first, "%s", NAME("lock", "a", "b"));
    assert_string_equal(NAME("lock", "a", "b"), first);
    assert_int_equal(strspn(first, "0123456789abcdef"), 16);
    assert_string_equal(first + 16, ".lock");
}

static void different_texts_have_different_names(void **state)
{
    (void)state;
    const struct runtime_name names[] = {
        runtime_name("lock", (const char *const[]){ "a", "b", NULL }),
        runtime_name("lock", (const char *const[]){ "b", "a", NULL }),
        runtime_name("lock", (const char *const[]){ "ab", NULL }),
        runtime_name("lock", (const char *const[]){ "ab", "", NULL }),
        runtime_name("lock", (const char *const[]){ "", "ab", NULL }),
        runtime_name("lock", (const char *const[]){ "a", "b", "", NULL }),
        runtime_name("lock", (const char *const[]){ NULL }),
        runtime_name("note", (const char *const[]){ "a", "b", NULL }),
        runtime_name("lock", (const char *const[]){ "../../x", NULL }),
    };
    for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
        assert_null(strchr(names[i].text, '/'));
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(names[i].text, names[j].text);
    }
}

/* ---- files ---- */

static void a_file_is_read_back_as_written_and_replaced(void **state)
{
    (void)state;
    autoclose int folder = runtime_folder_open();
    static const char *const contents[] = { "first, and longer", "second", "" };
    for (size_t i = 0; i < ARRAY_SIZE(contents); i++) {
        auto_secret struct secret *content = secret_new(contents[i], strlen(contents[i]));
        assert_true(runtime_write(folder, "file", content));
        auto_secret struct secret *read = runtime_read(folder, "file", 1000);
        assert_string_equal(read->bytes, contents[i]);
    }
}

static void a_file_is_for_its_owner_only_and_leaves_no_temporary_file(void **state)
{
    (void)state;
    struct stat status;
    autoclose int folder = runtime_folder_open();
    auto_secret struct secret *content = secret_new("x", 1);
    mode_t before = umask(0);
    runtime_write(folder, "file", content);
    umask(before);
    assert_int_equal(fstatat(folder, "file", &status, 0), 0);
    assert_int_equal(status.st_mode & 07777, 0600);
    assert_int_equal(unlinkat(folder, "file", 0), 0);
    assert_int_equal(rmdir(own_path()), 0); /* it is empty */
}

static void make_file(int folder, const char *name, time_t age)
{
    const struct timespec times[2] = { { .tv_sec = time(NULL) - age },
                                       { .tv_sec = time(NULL) - age } };
    autoclose int fd = openat(folder, name, O_WRONLY | O_CREAT, 0600);
    assert_int_equal(futimens(fd, times), 0);
}

static void leftover_files_are_removed_after_a_day_and_tokens_stay(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        time_t age;
        bool stays;
    } files[] = {
        { "a.token", 30 * 24 * 3600, true },  { "a.told", 30 * 24 * 3600, true },
        { "a.token.1234", 25 * 3600, false }, { "a.token.5678", 60, true },
        { "a.flight", 25 * 3600, false },     { "b.flight", 23 * 3600, true },
        { "a.failure", 25 * 3600, false },    { "a.failure.0badcafe", 25 * 3600, false },
    };
    autoclose int folder = runtime_folder_open();
    auto_secret struct secret *content = secret_new("x", 1);
    for (size_t i = 0; i < ARRAY_SIZE(files); i++)
        make_file(folder, files[i].name, files[i].age);
    assert_true(runtime_write(folder, "file", content));
    for (size_t i = 0; i < ARRAY_SIZE(files); i++)
        assert_int_equal(faccessat(folder, files[i].name, F_OK, 0) == 0, files[i].stays);
}

static void a_lock_that_is_held_stays(void **state)
{
    (void)state;
    autoclose int folder = runtime_folder_open();
    auto_secret struct secret *content = secret_new("x", 1);
    make_file(folder, "a.flight", 25 * 3600);
    int lock = openat(folder, "a.flight", O_RDWR);
    assert_int_equal(flock(lock, LOCK_EX), 0);
    runtime_write(folder, "file", content);
    assert_int_equal(faccessat(folder, "a.flight", F_OK, 0), 0);
    close(lock);
    runtime_write(folder, "file", content);
    assert_int_not_equal(faccessat(folder, "a.flight", F_OK, 0), 0);
}

static void a_file_that_is_not_ours_is_not_read(void **state)
{
    (void)state;
    autoclose int folder = runtime_folder_open();
    assert_null(runtime_read(folder, "absent", 100));
    assert_int_equal(symlinkat("/dev/null", folder, "link"), 0);
    assert_null(runtime_read(folder, "link", 100));
    assert_int_equal(mkdirat(folder, "folder", 0700), 0);
    assert_null(runtime_read(folder, "folder", 100));
}

static void at_most_one_byte_over_the_limit_is_read(void **state)
{
    (void)state;
    autoclose int folder = runtime_folder_open();
    auto_secret struct secret *content = secret_allocate(20000);
    runtime_write(folder, "file", content);
    auto_secret struct secret *read = runtime_read(folder, "file", 10000);
    assert_int_equal(read->length, 10001);
}

#define TEST(function) cmocka_unit_test_setup(function, begin)

/* ---- removing a file that was read ---- */

#define FILE_NAME "0123456789abcdef.token"

static void (*before_rename)(int folder);

int __real_renameat(int from, const char *old, int to, const char *new);
int __wrap_renameat(int from, const char *old, int to, const char *new);
int __wrap_renameat(int from, const char *old, int to, const char *new)
{
    void (*act)(int folder) = before_rename;
    before_rename = NULL;
    if (act != NULL)
        act(from);
    return __real_renameat(from, old, to, new);
}

static void write_text(int folder, const char *text)
{
    auto_secret struct secret *content = secret_from_text(text);
    assert_true(runtime_write(folder, FILE_NAME, content));
}

static void write_new(int folder)
{
    write_text(folder, "new");
}

/* Asserts what is in the file, and that nothing else is in the folder. */
static void assert_left(int folder, const char *text)
{
    auto_secret struct secret *content = runtime_read(folder, FILE_NAME, 10);
    if (text == NULL)
        assert_null(content);
    else
        assert_string_equal(content->bytes, text);
    DIR *directory = fdopendir(dup(folder));
    rewinddir(directory);
    for (const struct dirent *entry; (entry = readdir(directory)) != NULL;)
        if (entry->d_name[0] != '.')
            assert_string_equal(entry->d_name, FILE_NAME);
    closedir(directory);
}

/* Reads the file, and removes it after another process has done something. */
static int read_old(int folder)
{
    int fd = -1;
    write_text(folder, "old");
    auto_secret struct secret *content = runtime_read_open(folder, FILE_NAME, 10, &fd);
    assert_string_equal(content->bytes, "old");
    return fd;
}

static void a_file_that_was_read_is_removed(void **state)
{
    (void)state;
    autoclose int folder = runtime_folder_open();
    autoclose int fd = read_old(folder);
    runtime_remove(folder, FILE_NAME, fd);
    assert_left(folder, NULL);
    runtime_remove(folder, FILE_NAME, fd);
    assert_left(folder, NULL);
}

static void a_file_that_has_come_in_its_place_stays(void **state)
{
    (void)state;
    autoclose int folder = runtime_folder_open();
    autoclose int fd = read_old(folder);
    write_new(folder);
    runtime_remove(folder, FILE_NAME, fd);
    assert_left(folder, "new");
}

static void a_file_that_comes_at_that_moment_stays(void **state)
{
    (void)state;
    autoclose int folder = runtime_folder_open();
    autoclose int fd = read_old(folder);
    before_rename = write_new;
    runtime_remove(folder, FILE_NAME, fd);
    assert_null(before_rename);
    assert_left(folder, "new");
}

/* ---- removing it ---- */

/* runtime_folder_remove would remove those of whoever runs this, too: test_forget.py has it. */

static void write_file_of(int folder, const char *name)
{
    auto_secret struct secret *content = secret_new("x", 1);
    assert_true(runtime_write(folder, name, content));
}

static void it_is_removed_with_its_files(void **state)
{
    (void)state;
    struct error error = { 0 };
    autoclose int folder = runtime_folder_open();
    write_file_of(folder, "0123456789abcdef.token");
    write_file_of(folder, "0123456789abcdef.told");
    assert_true(runtime_folder_remove_own(own_path(), true, &error));
    assert_int_equal(access(own_path(), F_OK), -1);
    assert_true(runtime_folder_remove_own(own_path(), true, &error)); /* and again */
}

static void what_is_kept_stays_unless_it_is_meant(void **state)
{
    (void)state;
    struct error error = { 0 };
    autoclose int folder = runtime_folder_open();
    write_file_of(folder, "0123456789abcdef." RUNTIME_KEPT);
    write_file_of(folder, "0123456789abcdef.told");
    assert_true(runtime_folder_remove_own(own_path(), false, &error));
    assert_int_equal(faccessat(folder, "0123456789abcdef." RUNTIME_KEPT, F_OK, 0), 0);
    assert_int_equal(faccessat(folder, "0123456789abcdef.told", F_OK, 0), -1);
    assert_true(runtime_folder_remove_own(own_path(), true, &error));
    assert_int_equal(access(own_path(), F_OK), -1);
}

static void locks_that_are_held_are_not_removed(void **state)
{
    (void)state;
    struct error error = { 0 };
    autoclose int folder = runtime_folder_open();
    write_file_of(folder, "0123456789abcdef.token");
    autoclose int lock = openat(folder, "0123456789abcdef.lock", O_RDWR | O_CREAT, 0600);
    assert_int_equal(flock(lock, LOCK_EX), 0);
    assert_true(runtime_folder_remove_own(own_path(), true, &error));
    assert_int_equal(faccessat(folder, "0123456789abcdef.lock", F_OK, 0), 0);
    assert_int_equal(faccessat(folder, "0123456789abcdef.token", F_OK, 0), -1);
}

static void notes_stay_while_a_lock_is_held(void **state)
{
    (void)state;
    struct error error = { 0 };
    autoclose int folder = runtime_folder_open();
    write_file_of(folder, "0123456789abcdef." RUNTIME_NOTE);
    autoclose int lock = openat(folder, "0123456789abcdef.lock", O_RDWR | O_CREAT, 0600);
    assert_int_equal(flock(lock, LOCK_EX), 0);
    assert_true(runtime_folder_remove(true, &error));
    assert_int_equal(faccessat(folder, "0123456789abcdef." RUNTIME_NOTE, F_OK, 0), 0);
    assert_int_equal(flock(lock, LOCK_UN), 0);
    assert_true(runtime_folder_remove(true, &error));
    assert_int_equal(access(own_path(), F_OK), -1);
}

static void what_we_did_not_make_is_not_removed(void **state)
{
    (void)state;
    struct error error = { 0 };
    autoclose int folder = runtime_folder_open();
    static const char *const names[] = { "appsettings.json",        "token",
                                         "0123456789abcde.token",   "0123456789ABCDEF.token",
                                         "0123456789abcdef0.token", "0123456789abcdef.token~" };
    assert_int_equal(mkdirat(folder, "0123456789abcdef.folder", 0700), 0);
    assert_int_equal(mkfifoat(folder, "0123456789abcdef.pipe", 0600), 0);
    assert_int_equal(symlinkat("appsettings.json", folder, "link"), 0);
    for (size_t i = 0; i < ARRAY_SIZE(names); i++)
        write_file_of(folder, names[i]);
    assert_true(runtime_folder_remove_own(own_path(), true, &error));
    assert_int_equal(faccessat(folder, "0123456789abcdef.folder", F_OK, 0), 0);
    assert_int_equal(faccessat(folder, "0123456789abcdef.pipe", F_OK, 0), 0);
    assert_int_equal(faccessat(folder, "link", F_OK, AT_SYMLINK_NOFOLLOW), 0);
    for (size_t i = 0; i < ARRAY_SIZE(names); i++)
        assert_int_equal(faccessat(folder, names[i], F_OK, 0), 0);
}

static void a_folder_that_was_opened_to_others_is_removed_too(void **state)
{
    (void)state;
    struct error error = { 0 };
    autoclose int folder = runtime_folder_open();
    write_file_of(folder, "0123456789abcdef.token");
    assert_int_equal(fchmod(folder, 0777), 0);
    assert_true(runtime_folder_remove_own(own_path(), true, &error));
    assert_int_equal(access(own_path(), F_OK), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_folder_is_created_for_its_owner_only),
        TEST(no_umask_matters),
        TEST(what_a_killed_writer_left_is_removed_at_once),
        TEST(an_existing_folder_is_used),
        TEST(a_folder_that_others_can_enter_is_not_used),
        TEST(a_folder_of_another_user_is_not_used),
        TEST(a_path_that_is_too_long_is_not_used_in_part),
        TEST(a_symbolic_link_is_not_followed),
        TEST(a_relative_runtime_folder_is_ignored),
        TEST(no_folder_is_created_in_that_of_another_user),
        TEST(the_same_texts_have_the_same_name),
        TEST(different_texts_have_different_names),
        TEST(a_file_is_read_back_as_written_and_replaced),
        TEST(a_file_is_for_its_owner_only_and_leaves_no_temporary_file),
        TEST(leftover_files_are_removed_after_a_day_and_tokens_stay),
        TEST(a_lock_that_is_held_stays),
        TEST(a_file_that_is_not_ours_is_not_read),
        TEST(at_most_one_byte_over_the_limit_is_read),
        TEST(a_file_that_was_read_is_removed),
        TEST(a_file_that_has_come_in_its_place_stays),
        TEST(a_file_that_comes_at_that_moment_stays),
        TEST(it_is_removed_with_its_files),
        TEST(what_is_kept_stays_unless_it_is_meant),
        TEST(locks_that_are_held_are_not_removed),
        TEST(notes_stay_while_a_lock_is_held),
        TEST(what_we_did_not_make_is_not_removed),
        TEST(a_folder_that_was_opened_to_others_is_removed_too),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
