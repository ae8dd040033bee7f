/* SPDX-License-Identifier: MIT */
/*
 * The file of another program with a setting of ours (setting_line.h).
 *
 *     auto_setting_file struct setting_file file = { .path = path, .setting = &setting };
 *     if (setting_file_read(&file, error) && file.state == SETTING_MISSING)
 *         return setting_file_set(&file, backup, error);
 */
#ifndef HELPERS_ENTRA_SETUP_SETTING_FILE_H
#define HELPERS_ENTRA_SETUP_SETTING_FILE_H

#include <limits.h>
#include <stdbool.h>

#include "common/base/cleanup.h"
#include "common/base/error.h"
#include "helpers/entra/setup/setting_line.h"

struct setting_file {
    char *path; /* owned; an absolute one */
    const struct setting *setting;
    bool exists;
    struct secret *text; /* empty if there is no file */
    enum setting_state state;
};

/* Reads the file, if there is one, and finds the setting. Fails with ERROR_USAGE if the file cannot
 * be read, or with ERROR_OTHER. */
bool setting_file_read(struct setting_file *file, struct error *error);

/* Adds the setting, which is missing or has another value, and writes the file (user_file.h). The
 * path of the backup goes to ret_backup: "" if there is none. Fails with ERROR_OTHER. */
bool setting_file_set(const struct setting_file *file, char ret_backup[PATH_MAX],
                      struct error *error);

/* Takes back what setting_file_set did; a file that setup created and that has nothing else is
 * deleted. Otherwise as setting_file_set. */
bool setting_file_unset(const struct setting_file *file, char ret_backup[PATH_MAX],
                        struct error *error);

void setting_file_clear(struct setting_file *file);
#define auto_setting_file CLEANUP(setting_file_clear)

#endif
