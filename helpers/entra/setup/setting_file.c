/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "helpers/entra/setup/setting_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/file.h"
#include "common/base/unfinished.h"
#include "helpers/entra/setup/replace_file.h"

#define FILE_MAX ((size_t)1024 * 1024)

void setting_file_clear(struct setting_file *file)
{
    free(file->path);
    secret_free(file->text);
}

bool setting_file_read(struct setting_file *file, struct error *error)
{
    struct file_rights rights;
    struct stat status;
    file->exists = stat(file->path, &status) == 0 || errno != ENOENT;
    file->text = file->exists ? file_read(file->path, FILE_MAX, &rights, error) : secret_new("", 0);
    if (file->text == NULL)
        return false;
    file->state = setting_find(file->setting, file->text);
    return true;
}

/* Creates the folders above a file. */
static void make_folders(const char *path)
{
    autofree char *folder = strdup(path);
    for (char *slash = strchr(folder + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        mkdir(folder, 0755);
        *slash = '/';
    }
}

/* Private, since such a file may get passwords later. */
static bool create(const char *path, const struct secret *text, struct error *error)
{
    struct unfinished *file = NULL;
    make_folders(path);
    autoclose int fd = unfinished_create(AT_FDCWD, path, 0600, &file);
    if (fd < 0)
        return error_set(error, ERROR_OTHER, "%s: %s", path, strerror(errno));
    if (!secret_write(text, fd) || fsync(fd) != 0) {
        error_set(error, ERROR_OTHER, "%s: %s", path, strerror(errno));
        return unfinished_remove(file);
    }
    unfinished_keep(file);
    return true;
}

static bool write_text(const struct setting_file *file, const struct secret *text,
                       char ret_backup[PATH_MAX], struct error *error)
{
    ret_backup[0] = '\0';
    if (!file->exists)
        return create(file->path, text, error);
    if (text->length == 0)
        return unlink(file->path) == 0 ||
               error_set(error, ERROR_OTHER, "%s: %s", file->path, strerror(errno));
    return replace_file(file->path, file->text, text, ret_backup, error);
}

bool setting_file_set(const struct setting_file *file, char ret_backup[PATH_MAX],
                      struct error *error)
{
    auto_secret struct secret *text = setting_set(file->setting, file->text);
    return write_text(file, text, ret_backup, error);
}

bool setting_file_unset(const struct setting_file *file, char ret_backup[PATH_MAX],
                        struct error *error)
{
    auto_secret struct secret *text = setting_unset(file->setting, file->text);
    return write_text(file, text, ret_backup, error);
}
