/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "helpers/entra/setup/file_backup.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/cleanup.h"
#include "common/base/text.h"

#define FILE_BACKUP_SUFFIX ".before-entra" /* of the first one */

char *file_backup_path(const char *path, int number)
{
    return number == 1 ? text_format("%s" FILE_BACKUP_SUFFIX, path)
                       : text_format("%s" FILE_BACKUP_SUFFIX ".%d", path, number);
}

/* The number of a backup by its name, after the kubeconfig's: ".before-entra" is the first,
 * ".before-entra.2" the second. 0: it is not one. */
static int number_of(const char *suffix)
{
    char *end = NULL;
    if (strcmp(suffix, FILE_BACKUP_SUFFIX) == 0)
        return 1;
    if (strncmp(suffix, FILE_BACKUP_SUFFIX ".", strlen(FILE_BACKUP_SUFFIX ".")) != 0)
        return 0;
    long number = strtol(suffix + strlen(FILE_BACKUP_SUFFIX "."), &end, 10);
    return *end == '\0' && number > 1 && number <= FILE_BACKUP_MAX ? (int)number : 0;
}

bool file_backup_newest(const char *path, int *ret_number, struct error *error)
{
    const char *name = strrchr(path, '/') + 1;
    autofree char *folder = strndup(path, (size_t)(name - path));
    DIR *directory = opendir(folder);
    const struct dirent *entry;
    int newest = 0;
    errno = 0;
    while (directory != NULL && (entry = readdir(directory)) != NULL) {
        bool is_its = strncmp(entry->d_name, name, strlen(name)) == 0;
        int number = is_its ? number_of(entry->d_name + strlen(name)) : 0;
        newest = number > newest ? number : newest;
    }
    int why = errno;
    if (directory != NULL)
        closedir(directory);
    *ret_number = newest;
    return why == 0 || error_set(error, ERROR_OTHER, "%s: %s", folder, strerror(why));
}

bool file_backup_find(const char *path, const struct secret *text, char ret_name[PATH_MAX],
                      struct error *error)
{
    int newest = 0;
    ret_name[0] = '\0';
    if (!file_backup_newest(path, &newest, error))
        return false;
    autofree char *name = file_backup_path(path, newest);
    autoclose int fd = newest > 0 ? open(name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC) : -1;
    auto_secret struct secret *backup = fd >= 0 ? secret_read(fd, text->length) : NULL;
    if (backup != NULL && secret_equals(backup, text->bytes, text->length))
        snprintf(ret_name, PATH_MAX, "%s", name);
    return true;
}

char *file_backup_new_path(const char *path)
{
    return text_format("%s" FILE_BACKUP_SUFFIX ".new", path);
}

/* A free number below that of the newest one is not taken: the highest one is the newest. */
bool file_backup_add(const char *path, struct unfinished *file, char ret_name[PATH_MAX],
                     struct error *error)
{
    int number = 0;
    bool is_named = false;
    if (!file_backup_newest(path, &number, error))
        return false;
    while (!is_named) {
        autofree char *name = file_backup_path(path, ++number);
        if (snprintf(ret_name, PATH_MAX, "%s", name) >= PATH_MAX)
            errno = ENAMETOOLONG;
        else if (number > FILE_BACKUP_MAX)
            errno = EMFILE;
        else
            is_named = unfinished_move(file, ret_name);
        if (!is_named && errno != EEXIST)
            return error_set(error, ERROR_OTHER, "%s: %s", ret_name, strerror(errno));
    }
    return true;
}
