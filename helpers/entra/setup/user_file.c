/* SPDX-License-Identifier: MIT */
#include "helpers/entra/setup/user_file.h"

#include <sys/stat.h>

#include "helpers/entra/setup/file_backup.h"
#include "helpers/entra/setup/replace_file.h"

/* A link is the user's, whatever it leads to. */
static bool was_created_by_setup(const struct user_file *file)
{
    struct stat status;
    struct error unused = { 0 };
    int number = 0;
    return file->is_ours && lstat(file->path, &status) == 0 && S_ISREG(status.st_mode) &&
           file_backup_newest(file->path, &number, &unused) && number == 0;
}

bool user_file_write(const struct user_file *file, const struct secret *text, bool is_left_empty,
                     char ret_backup[PATH_MAX], struct error *error)
{
    ret_backup[0] = '\0';
    if (file->text == NULL)
        return replace_file_create(file->path, text, file->mode, error);
    if (is_left_empty && was_created_by_setup(file))
        return replace_file_delete(file->path, file->text, error);
    return replace_file(file->path, file->text, text, file->is_ours ? NULL : ret_backup, error);
}
