/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "tests/unit/support.h"

#include <endian.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/posix_acl.h>
#include <linux/posix_acl_xattr.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "common/base/text.h"
#include "helpers/entra/setup/file_backup.h"
#include "helpers/entra/setup/replace_file.h"

#define STRANGER 65534
#define FRIEND   1234 /* a user whom only an ACL names */
#define OTHER    4002

#define ACCESS_ACL  "system.posix_acl_access"
#define DEFAULT_ACL "system.posix_acl_default"

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
    autofree char *backup = file_backup_path(path, 1);
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
    check_mode(0604, 0600); /* which kept the group from it */
}

/* ---- access control lists ---- */

struct acl {
    struct posix_acl_xattr_header header;
    struct posix_acl_xattr_entry entries[5];
};

/* An ACL that names the friend, with these rights. */
static struct acl make_acl(int friend, int group, int mask, int other)
{
    const struct {
        int tag, rights, id;
    } entries[] = { { ACL_USER_OBJ, 6, ACL_UNDEFINED_ID },
                    { ACL_USER, friend, FRIEND },
                    { ACL_GROUP_OBJ, group, ACL_UNDEFINED_ID },
                    { ACL_MASK, mask, ACL_UNDEFINED_ID },
                    { ACL_OTHER, other, ACL_UNDEFINED_ID } };
    struct acl acl = { .header = { htole32(POSIX_ACL_XATTR_VERSION) } };
    for (size_t i = 0; i < ARRAY_SIZE(entries); i++)
        acl.entries[i] = (struct posix_acl_xattr_entry){ htole16((uint16_t)entries[i].tag),
                                                         htole16((uint16_t)entries[i].rights),
                                                         htole32((uint32_t)entries[i].id) };
    return acl;
}

/* Skips the test where there can be none, or this user cannot become another. */
static void need_acls(void)
{
    const struct acl acl = make_acl(4, 0, 4, 0);
    autoclose int fd = open("/tmp", O_WRONLY | O_TMPFILE | O_CLOEXEC, 0600);
    if (geteuid() != 0 || fd < 0 || fsetxattr(fd, ACCESS_ACL, &acl, sizeof acl, 0) != 0)
        skip();
}

static void set_acl(const char *path, const char *name, struct acl acl)
{
    assert_int_equal(setxattr(path, name, &acl, sizeof acl, 0), 0);
}

static bool has_acl(const char *path, struct acl acl)
{
    struct acl found;
    return getxattr(path, ACCESS_ACL, &found, sizeof found) == sizeof acl &&
           memcmp(&found, &acl, sizeof acl) == 0;
}

/* Whether a user in this group can read the file. */
static bool can_read(const char *path, uid_t user, gid_t group)
{
    int status = -1;
    pid_t child = fork();
    if (child == 0)
        _exit(setgroups(0, NULL) == 0 && setgid(group) == 0 && setuid(user) == 0 &&
                      access(path, R_OK) == 0
                  ? 0
                  : 1);
    waitpid(child, &status, 0);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* In a folder that all may search. */
static char *make_open_file(char *folder, mode_t mode)
{
    char *path = make_file(folder, mode);
    assert_int_equal(chmod(folder, 0755), 0);
    return path;
}

static void an_acl_is_kept_and_lets_nobody_else_read(void **state)
{
    (void)state;
    need_acls();
    char folder[] = "/tmp/entra-unit-XXXXXX";
    autofree char *path = make_open_file(folder, 0600), *backup = file_backup_path(path, 1);
    const struct acl acl = make_acl(4, 0, 4, 0);
    assert_int_equal(chown(path, STRANGER, STRANGER), 0);
    set_acl(path, ACCESS_ACL, acl);
    assert_true(!can_read(path, OTHER, STRANGER) && can_read(path, FRIEND, FRIEND));
    int outcome = replace_as_stranger(path);
    bool is_kept = has_acl(path, acl) && has_acl(backup, acl);
    bool has_readers = can_read(path, OTHER, STRANGER) || can_read(backup, OTHER, STRANGER);
    bool has_friend = can_read(path, FRIEND, FRIEND) && can_read(backup, FRIEND, FRIEND);
    remove_all(folder, path);
    assert_int_equal(outcome, 0);
    assert_true(is_kept && has_friend);
    assert_false(has_readers);
}

static void what_a_folder_gives_to_new_files_gives_nobody_access(void **state)
{
    (void)state;
    need_acls();
    char folder[] = "/tmp/entra-unit-XXXXXX";
    struct stat status;
    autofree char *path = make_open_file(folder, 0640), *backup = file_backup_path(path, 1);
    assert_int_equal(chown(path, STRANGER, STRANGER), 0);
    set_acl(folder, DEFAULT_ACL, make_acl(7, 5, 7, 0));
    int outcome = replace_as_stranger(path);
    bool has_readers = can_read(path, FRIEND, FRIEND) || can_read(backup, FRIEND, FRIEND);
    bool has_group = can_read(path, OTHER, STRANGER) && can_read(backup, OTHER, STRANGER);
    bool has_any = getxattr(path, ACCESS_ACL, NULL, 0) >= 0;
    stat(path, &status);
    remove_all(folder, path);
    assert_int_equal(outcome, 0);
    assert_true(has_group);
    assert_false(has_readers || has_any);
    assert_int_equal(status.st_mode & 07777, 0640);
}

static void with_a_foreign_group_its_entry_of_the_acl_is_given_up(void **state)
{
    (void)state;
    need_acls();
    char folder[] = "/tmp/entra-unit-XXXXXX";
    autofree char *path = make_open_file(folder, 0600);
    set_acl(path, ACCESS_ACL, make_acl(4, 6, 6, 4));
    int outcome = replace_as_stranger(path);
    bool is_cut = has_acl(path, make_acl(4, 4, 6, 4));
    remove_all(folder, path);
    assert_int_equal(outcome, 0);
    assert_true(is_cut);
}

/* Files that are made there get the folder's group. */
static void a_folder_with_a_group_for_its_files_gives_it_no_access(void **state)
{
    (void)state;
    char folder[] = "/tmp/entra-unit-XXXXXX";
    if (geteuid() != 0)
        skip();
    autofree char *path = make_open_file(folder, 0640), *backup = file_backup_path(path, 1);
    assert_int_equal(chown(path, STRANGER, STRANGER), 0);
    assert_int_equal(chown(folder, STRANGER, OTHER) | chmod(folder, 02755), 0);
    int outcome = replace_as_stranger(path);
    bool has_readers = can_read(path, OTHER, OTHER) || can_read(backup, OTHER, OTHER);
    bool has_group = can_read(path, OTHER, STRANGER);
    remove_all(folder, path);
    assert_int_equal(outcome, 0);
    assert_true(has_group);
    assert_false(has_readers);
}

static void attributes_of_the_users_are_kept(void **state)
{
    (void)state;
    char folder[] = "/tmp/entra-unit-XXXXXX", value[8] = "";
    if (geteuid() != 0)
        skip();
    autofree char *path = make_open_file(folder, 0600);
    if (setxattr(path, "user.note", "mine", 4, 0) != 0) {
        remove_all(folder, path);
        skip();
    }
    int outcome = replace_as_stranger(path);
    ssize_t size = getxattr(path, "user.note", value, sizeof value);
    remove_all(folder, path);
    assert_int_equal(outcome, 0);
    assert_true(size == 4 && memcmp(value, "mine", 4) == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_foreign_group_is_given_up_with_its_rights),
        cmocka_unit_test(an_acl_is_kept_and_lets_nobody_else_read),
        cmocka_unit_test(what_a_folder_gives_to_new_files_gives_nobody_access),
        cmocka_unit_test(with_a_foreign_group_its_entry_of_the_acl_is_given_up),
        cmocka_unit_test(a_folder_with_a_group_for_its_files_gives_it_no_access),
        cmocka_unit_test(attributes_of_the_users_are_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
