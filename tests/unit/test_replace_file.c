/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "tests/unit/support.h"

#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/base/text.h"
#include "helpers/entra/setup/replace_file.h"

#define STRANGER 65534

/* A file of the stranger's in a folder of its own, which the caller removes. */
static char *make_file(char *folder, mode_t mode)
{
    char *path = text_format("%s/config", mkdtemp(folder));
    autoclose int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    assert_int_equal(chown(folder, STRANGER, STRANGER), 0);
    assert_int_equal(fchown(fd, STRANGER, 0), 0);
    assert_int_equal(write(fd, "old", 3), 3);
    assert_int_equal(fchmod(fd, mode), 0);
    return path;
}

static int replace(const char *path)
{
    char backup[PATH_MAX];
    struct error error = { 0 };
    auto_secret struct secret *old = secret_from_text("old"), *changed = secret_from_text("new");
    return replace_file(path, old, changed, backup, &error) ? 0 : 1;
}

static int replace_as_stranger(const char *path)
{
    int status = -1;
    pid_t child = fork();
    if (child == 0)
        _exit(setgroups(0, NULL) == 0 && setgid(STRANGER) == 0 && setuid(STRANGER) == 0
                  ? replace(path)
                  : 2);
    waitpid(child, &status, 0);
    return WEXITSTATUS(status);
}

static void remove_all(const char *folder, const char *path)
{
    autofree char *backup = replace_file_backup(path, 1);
    unlink(path);
    unlink(backup);
    rmdir(folder);
}

static void check_mode(mode_t before, mode_t expected)
{
    char folder[] = "/tmp/entra-unit-XXXXXX";
    struct stat status = { 0 };
    autofree char *path = make_file(folder, before);
    int outcome = replace_as_stranger(path);
    stat(path, &status);
    remove_all(folder, path);
    assert_int_equal(outcome, 0);
    assert_int_equal(status.st_mode & 07777, expected);
    assert_int_equal(status.st_uid, STRANGER);
}

/* It may have been copied by root. Its group then is one that the user is not in. */
static void a_foreign_group_is_given_up_with_its_rights(void **state)
{
    (void)state;
    if (geteuid() != 0) /* only root can become another user */
        skip();
    check_mode(0600, 0600);
    check_mode(0660, 0600);
    check_mode(0644, 0644);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_foreign_group_is_given_up_with_its_rights),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
