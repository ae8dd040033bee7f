/* SPDX-License-Identifier: MIT */
/* Files that must not outlive the process if it ends early. */
#define _GNU_SOURCE
#include "tests/unit/support.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/base/cleanup.h"
#include "common/base/unfinished.h"

static bool exists(const char *path)
{
    return access(path, F_OK) == 0;
}

static void a_file_is_gone_unless_it_is_finished(void **state)
{
    (void)state;
    struct unfinished *files[3];
    const char *paths[] = { below("left"), below("kept"), below("removed") };
    for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
        autoclose int fd = unfinished_create(AT_FDCWD, paths[i], 0600, &files[i]);
        assert_true(fd >= 0);
    }
    unfinished_keep(files[1]);
    assert_false(unfinished_remove(files[2]));
    assert_false(exists(paths[2]));
    unfinished_remove_all();
    assert_false(exists(paths[0]));
    assert_true(exists(paths[1]));
    unfinished_keep(files[0]);
}

static void a_file_in_a_folder_gets_its_name_there(void **state)
{
    (void)state;
    struct unfinished *file;
    autoclose int folder = open(below("."), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    autoclose int fd = unfinished_create(folder, "config.new", 0600, &file);
    assert_true(fd >= 0 && unfinished_rename(file, "config"));
    unfinished_remove_all();
    assert_true(exists(below("config")));
    assert_false(exists(below("config.new")));
}

static void a_file_moves_where_nothing_is_and_stays_unfinished(void **state)
{
    (void)state;
    struct unfinished *file;
    close(open(below("taken"), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
    autoclose int fd = unfinished_create(AT_FDCWD, below("b.new"), 0600, &file);
    assert_true(fd >= 0);
    assert_false(unfinished_move(file, below("taken")));
    assert_int_equal(errno, EEXIST);
    assert_true(exists(below("b.new")));
    assert_true(unfinished_move(file, below("b")));
    assert_true(exists(below("b")));
    assert_false(exists(below("b.new")));
    unfinished_remove_all();
    assert_false(exists(below("b")));
    assert_true(exists(below("taken")));
    unfinished_keep(file);
}

/* As on NFS, where the kernel cannot rename so. */
static void a_file_moves_on_any_file_system(void **state)
{
    (void)state;
    pid_t child = fork();
    if (child == 0) {
        struct unfinished *file;
        struct sock_filter filter[] = {
            BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
            BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_renameat2, 0, 1),
            BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EINVAL),
            BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
        };
        struct sock_fprog program = { ARRAY_SIZE(filter), filter };
        bool ok = prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
                  prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0 &&
                  unfinished_create(AT_FDCWD, below("c.new"), 0600, &file) >= 0 &&
                  !unfinished_move(file, below("taken")) && errno == EEXIST &&
                  exists(below("c.new")) && unfinished_move(file, below("c")) &&
                  exists(below("c")) && !exists(below("c.new"));
        _exit(ok ? 0 : 1);
    }
    int status = -1;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

static void a_file_that_cannot_get_its_name_is_removed(void **state)
{
    (void)state;
    struct unfinished *file;
    autoclose int fd = unfinished_create(AT_FDCWD, below("a.new"), 0600, &file);
    assert_true(fd >= 0);
    assert_false(unfinished_rename(file, below("missing/a")));
    assert_int_equal(errno, ENOENT);
    assert_false(exists(below("a.new")));
}

static void a_file_of_somebody_else_is_left_alone(void **state)
{
    (void)state;
    struct unfinished *file;
    close(open(below("theirs"), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
    assert_int_equal(unfinished_create(AT_FDCWD, below("theirs"), 0600, &file), -1);
    assert_int_equal(errno, EEXIST);
    unfinished_remove_all();
    assert_true(exists(below("theirs")));
}

static void a_fork_of_the_process_removes_nothing(void **state)
{
    (void)state;
    struct unfinished *file;
    autoclose int fd = unfinished_create(AT_FDCWD, below("ours"), 0600, &file);
    assert_true(fd >= 0);
    pid_t pid = fork();
    if (pid == 0) {
        unfinished_remove_all();
        _exit(0);
    }
    assert_int_equal(waitpid(pid, NULL, 0), pid);
    assert_true(exists(below("ours")));
    unfinished_remove(file);
}

static void the_mode_is_not_cut_by_the_umask(void **state)
{
    (void)state;
    struct stat status;
    struct unfinished *file;
    mode_t before = umask(0777);
    autoclose int fd = unfinished_create(AT_FDCWD, below("mode"), 0640, &file);
    umask(before);
    assert_int_equal(fstat(fd, &status), 0);
    assert_int_equal(status.st_mode & 07777, 0640);
    unfinished_remove(file);
}

static void only_what_no_writer_has_open_is_swept(void **state)
{
    (void)state;
    struct unfinished *file;
    int fd = unfinished_create(AT_FDCWD, below("swept"), 0600, &file);
    unfinished_sweep(AT_FDCWD, below("swept"));
    assert_true(exists(below("swept")));
    close(fd); /* as if the writer had been killed */
    unfinished_sweep(AT_FDCWD, below("swept"));
    assert_false(exists(below("swept")));
    unfinished_keep(file);
}

static void nothing_is_swept_without_a_look_at_it(void **state)
{
    (void)state;
    struct unfinished *file;
    struct rlimit before, none;
    autoclose int fd = unfinished_create(AT_FDCWD, below("unseen"), 0600, &file);
    assert_true(fd >= 0);
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    none = (struct rlimit){ 0, before.rlim_max };
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
    unfinished_sweep(AT_FDCWD, below("unseen"));
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    assert_true(exists(below("unseen")));
    unfinished_remove(file);
}

static void deleting_tells_whether_the_file_is_gone(void **state)
{
    (void)state;
    struct unfinished *file;
    autoclose int fd = unfinished_create(AT_FDCWD, below("lock"), 0, &file);
    assert_true(fd >= 0 && unfinished_delete(file));
    assert_false(exists(below("lock")));
    assert_true(unfinished_delete(file)); /* kubectl's user has removed it */
    assert_int_equal(mkdir(below("lock"), 0700), 0);
    assert_false(unfinished_delete(file));
    assert_int_equal(errno, EISDIR);
    rmdir(below("lock"));
}

static void there_is_a_limit(void **state)
{
    (void)state;
    struct unfinished *files[100];
    char name[16];
    int count = 0;
    for (; count < 100; count++) {
        snprintf(name, sizeof name, "many-%d", count);
        autoclose int fd = unfinished_create(AT_FDCWD, below(name), 0600, &files[count]);
        if (fd < 0)
            break;
    }
    assert_between(count, 8, 99);
    assert_int_equal(errno, EMFILE);
    assert_false(exists(below(name)));
    for (int i = 0; i < count; i++)
        unfinished_remove(files[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_is_gone_unless_it_is_finished),
        cmocka_unit_test(a_file_in_a_folder_gets_its_name_there),
        cmocka_unit_test(a_file_moves_where_nothing_is_and_stays_unfinished),
        cmocka_unit_test(a_file_moves_on_any_file_system),
        cmocka_unit_test(a_file_that_cannot_get_its_name_is_removed),
        cmocka_unit_test(a_file_of_somebody_else_is_left_alone),
        cmocka_unit_test(a_fork_of_the_process_removes_nothing),
        cmocka_unit_test(the_mode_is_not_cut_by_the_umask),
        cmocka_unit_test(only_what_no_writer_has_open_is_swept),
        cmocka_unit_test(nothing_is_swept_without_a_look_at_it),
        cmocka_unit_test(deleting_tells_whether_the_file_is_gone),
        cmocka_unit_test(there_is_a_limit),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
