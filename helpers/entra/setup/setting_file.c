/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "helpers/entra/setup/setting_file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/base/file.h"
#include "helpers/entra/setup/user_file.h"

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

/* pip's may have passwords, in the URL of an index. */
static struct user_file as_user_file(const struct setting_file *file)
{
    return (struct user_file){ .path = file->path,
                               .text = file->exists ? file->text : NULL,
                               .mode = 0600 };
}

bool setting_file_set(const struct setting_file *file, char ret_backup[PATH_MAX],
                      struct error *error)
{
    auto_secret struct secret *text = setting_set(file->setting, file->text);
    struct user_file written = as_user_file(file);
    return user_file_write(&written, text, false, ret_backup, error);
}

bool setting_file_unset(const struct setting_file *file, char ret_backup[PATH_MAX],
                        struct error *error)
{
    auto_secret struct secret *text = setting_unset(file->setting, file->text);
    struct user_file written = as_user_file(file);
    written.is_ours = text->bytes[strspn(text->bytes, " \t\r\n")] == '\0';
    return user_file_write(&written, text, written.is_ours, ret_backup, error);
}
