/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "tests/unit/support.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/text.h"
#include "helpers/entra/setup/file_backup.h"
#include "helpers/entra/setup/user_file.h"

#define STRANGER 65534

/* A folder with a file that may be there, and one to which a link may lead. */
struct user_folder {
    char folder[sizeof "/tmp/entra-unit-XXXXXX"];
    char *file;
    char *target;
};

static void write_text(const char *path, const char *text)
{
    autoclose int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
}

/* "-" stands for no file. */
static void check_text(const char *path, const char *expected)
{
    autoclose int fd = open(path, O_RDONLY | O_CLOEXEC);
    auto_secret struct secret *text = fd >= 0 ? secret_read(fd, 100) : secret_from_text("-");
    assert_string_equal(text->bytes, expected);
}

static int make_user_folder(void **state)
{
    struct user_folder *here = calloc(1, sizeof *here);
    snprintf(here->folder, sizeof here->folder, "/tmp/entra-unit-XXXXXX");
    if (mkdtemp(here->folder) == NULL)
        return -1;
    here->file = text_format("%s/file", here->folder);
    here->target = text_format("%s/deep/deeper/target", here->folder);
    *state = here;
    return 0;
}

static int remove_user_folder(void **state)
{
    struct user_folder *here = *state;
    static const char *const names[] = { "file.before-entra", "deep/deeper/target", "deep/deeper",
                                         "deep", "file" };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        autofree char *path = text_format("%s/%s", here->folder, names[i]);
        remove(path);
    }
    int outcome = rmdir(here->folder); /* nothing else is left */
    free(here->file);
    free(here->target);
    free(here);
    return outcome;
}

/* Writes "new", or "" for a text of which nothing is left. NULL stands for no file. */
static bool write_file(const char *path, const char *old, bool is_ours, const char *changed,
                       struct error *error)
{
    char backup[PATH_MAX];
    auto_secret struct secret *before = secret_from_text(old), *after = secret_from_text(changed);
    const struct user_file file = {
        .path = path, .text = before, .is_ours = is_ours, .mode = 0600
    };
    return user_file_write(&file, after, changed[0] == '\0', backup, error);
}

static void check_backup(const struct user_folder *here, const char *expected)
{
    autofree char *path = file_backup_path(here->file, 1);
    check_text(path, expected);
}

static void folders_are_made_for_those_who_can_read_the_file(void **state)
{
    const struct user_folder *here = *state;
    struct stat file, folder;
    struct error error = { 0 };
    autofree char *path = text_format("%s/deep/deeper", here->folder);
    assert_true(write_file(here->target, NULL, false, "new", &error));
    assert_int_equal(stat(here->target, &file) | stat(path, &folder), 0);
    assert_int_equal(file.st_mode & 07777, 0600);
    assert_int_equal(folder.st_mode & 07777, 0700);
}

static void what_appears_in_between_is_not_overwritten(void **state)
{
    const struct user_folder *here = *state;
    struct error error = { 0 };
    write_text(here->file, "theirs");
    assert_false(write_file(here->file, NULL, false, "new", &error));
    assert_non_null(strstr(error.message, "was changed by another program"));
    assert_int_equal(error.kind, ERROR_OTHER);
    check_text(here->file, "theirs");
}

static void what_changes_in_between_is_not_overwritten(void **state)
{
    const struct user_folder *here = *state;
    static const char *const others[] = { "other", "old, and more", "ol", "" };
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        for (int is_ours = 0; is_ours < 2; is_ours++) {
            struct error error = { 0 };
            write_text(here->file, others[i]);
            assert_false(write_file(here->file, "old", is_ours, is_ours ? "" : "new", &error));
            assert_non_null(strstr(error.message, "was changed by another program"));
            check_text(here->file, others[i]);
            check_backup(here, "-");
        }
    }
}

static void a_link_to_nothing_gets_its_target(void **state)
{
    const struct user_folder *here = *state;
    struct stat status;
    struct error error = { 0 };
    assert_int_equal(symlink("deep/deeper/target", here->file), 0);
    assert_true(write_file(here->file, NULL, false, "new", &error));
    assert_true(lstat(here->file, &status) == 0 && S_ISLNK(status.st_mode));
    check_text(here->target, "new");
}

static void a_link_in_a_circle_is_an_error(void **state)
{
    const struct user_folder *here = *state;
    struct error error = { 0 };
    assert_int_equal(symlink("file", here->file), 0);
    assert_false(write_file(here->file, NULL, false, "new", &error));
    assert_non_null(strstr(error.message, strerror(ELOOP)));
}

/* Who can make links in a folder, such as /tmp, must not choose what is created. */
static void the_link_of_another_user_is_not_followed(void **state)
{
    const struct user_folder *here = *state;
    struct error error = { 0 };
    if (geteuid() != 0) /* only root can give files away */
        skip();
    assert_int_equal(symlink("deep/deeper/target", here->file), 0);
    assert_int_equal(lchown(here->file, STRANGER, STRANGER), 0);
    assert_false(write_file(here->file, NULL, false, "new", &error));
    check_text(here->target, "-");
}

static void what_setup_made_is_deleted_and_leaves_no_backup(void **state)
{
    const struct user_folder *here = *state;
    struct error error = { 0 };
    assert_true(write_file(here->file, NULL, false, "ours", &error));
    assert_true(write_file(here->file, "ours", true, "ours 2", &error));
    check_text(here->file, "ours 2");
    assert_true(write_file(here->file, "ours 2", true, "", &error));
    check_text(here->file, "-");
    check_backup(here, "-");
}

static void an_empty_file_of_the_users_stays(void **state)
{
    const struct user_folder *here = *state;
    struct error error = { 0 };
    write_text(here->file, "");
    assert_true(write_file(here->file, "", false, "ours", &error));
    check_backup(here, "");
    assert_true(write_file(here->file, "ours", true, "", &error));
    check_text(here->file, "");
}

static void the_backups_of_a_former_file_end_with_an_empty_one(void **state)
{
    const struct user_folder *here = *state;
    struct error error = { 0 };
    autofree char *second = file_backup_path(here->file, 2);
    autofree char *third = file_backup_path(here->file, 3);
    write_text(here->file, "theirs");
    assert_true(write_file(here->file, "theirs", false, "ours", &error));
    for (int i = 0; i < 2; i++) { /* the user deletes the file, and deletes it again */
        assert_int_equal(unlink(here->file), 0);
        assert_true(write_file(here->file, NULL, false, "ours 2", &error));
        check_text(second, "");
    }
    check_backup(here, "theirs");
    check_text(here->file, "ours 2");
    check_text(third, "-");
    unlink(second);
}

static void a_file_that_cannot_be_made_ends_no_backups(void **state)
{
    const struct user_folder *here = *state;
    struct error error = { 0 };
    autofree char *second = file_backup_path(here->file, 2);
    write_text(here->file, "theirs");
    assert_true(write_file(here->file, "theirs", false, "ours", &error));
    assert_false(write_file(here->file, NULL, false, "ours 2", &error));
    check_text(second, "-");
    check_text(here->file, "ours");
}

static void a_link_stays_when_nothing_is_left_in_its_target(void **state)
{
    const struct user_folder *here = *state;
    struct error error = { 0 };
    assert_int_equal(symlink("deep/deeper/target", here->file), 0);
    assert_true(write_file(here->file, NULL, false, "ours", &error));
    assert_true(write_file(here->file, "ours", true, "", &error));
    check_text(here->target, "");
    check_text(here->file, "");
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, make_user_folder, remove_user_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(folders_are_made_for_those_who_can_read_the_file),
        IN_FOLDER(what_appears_in_between_is_not_overwritten),
        IN_FOLDER(what_changes_in_between_is_not_overwritten),
        IN_FOLDER(a_link_to_nothing_gets_its_target),
        IN_FOLDER(a_link_in_a_circle_is_an_error),
        IN_FOLDER(the_link_of_another_user_is_not_followed),
        IN_FOLDER(what_setup_made_is_deleted_and_leaves_no_backup),
        IN_FOLDER(an_empty_file_of_the_users_stays),
        IN_FOLDER(the_backups_of_a_former_file_end_with_an_empty_one),
        IN_FOLDER(a_file_that_cannot_be_made_ends_no_backups),
        IN_FOLDER(a_link_stays_when_nothing_is_left_in_its_target),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
