/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "tests/fuzz/memory_folder.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "tests/fuzz/fuzz.h"

/* A folder that always exists stands for it. */
#define FOLDER "/"

static struct secret *file;
static bool listed;

void memory_folder_put(const char *bytes, size_t length)
{
    secret_free(file);
    file = secret_new(bytes, length);
    HOLDS(file != NULL);
    listed = false;
}

const struct secret *memory_folder_file(void)
{
    return file;
}

/* ---- instead of common/base/runtime_folder.c ---- */

int __wrap_runtime_folder_open(void);
int __wrap_runtime_folder_open(void)
{
    return open(FOLDER, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

int __wrap_runtime_folder_open_own(const char *path);
int __wrap_runtime_folder_open_own(const char *path)
{
    (void)path;
    return __wrap_runtime_folder_open();
}

bool __wrap_runtime_replace(int folder, const char *name, const struct secret *content);
bool __wrap_runtime_replace(int folder, const char *name, const struct secret *content)
{
    HOLDS(folder >= 0 && strchr(name, '/') == NULL);
    memory_folder_put(content->bytes, content->length);
    return true;
}

bool __wrap_runtime_write(int folder, const char *name, const struct secret *content);
bool __wrap_runtime_write(int folder, const char *name, const struct secret *content)
{
    return __wrap_runtime_replace(folder, name, content);
}

struct secret *__wrap_runtime_read(int folder, const char *name, size_t max);
struct secret *__wrap_runtime_read(int folder, const char *name, size_t max)
{
    HOLDS(folder >= 0 && strchr(name, '/') == NULL);
    if (file == NULL)
        return NULL;
    return secret_new(file->bytes, file->length <= max ? file->length : max + 1);
}

struct secret *__wrap_runtime_read_open(int folder, const char *name, size_t max, int *ret_fd);
struct secret *__wrap_runtime_read_open(int folder, const char *name, size_t max, int *ret_fd)
{
    *ret_fd = -1;
    return __wrap_runtime_read(folder, name, max);
}

void __wrap_runtime_remove(int folder, const char *name, int fd);
void __wrap_runtime_remove(int folder, const char *name, int fd)
{
    (void)fd;
    HOLDS(folder >= 0 && strchr(name, '/') == NULL);
    secret_free(file);
    file = NULL;
}

/* ---- instead of the kernel ---- */

int __wrap_unlinkat(int folder, const char *name, int flags);
int __wrap_unlinkat(int folder, const char *name, int flags)
{
    (void)folder, (void)name, (void)flags;
    secret_free(file);
    file = NULL;
    return 0;
}

/* libFuzzer reads folders too. */
static bool is_ours(DIR *directory)
{
    struct stat status, ours;
    return fstat(dirfd(directory), &status) == 0 && stat(FOLDER, &ours) == 0 &&
           status.st_dev == ours.st_dev && status.st_ino == ours.st_ino;
}

/* The folder lists its file once. */
struct dirent *__real_readdir(DIR *directory);
struct dirent *__wrap_readdir(DIR *directory);
struct dirent *__wrap_readdir(DIR *directory)
{
    static struct dirent entry = { .d_name = "0123456789abcdef.token" };
    if (!is_ours(directory))
        return __real_readdir(directory);
    listed = !listed && file != NULL;
    return listed ? &entry : NULL;
}

int __wrap_fstatfs(int fd, struct statfs *status);
int __wrap_fstatfs(int fd, struct statfs *status)
{
    (void)fd;
    *status = (struct statfs){ .f_type = TMPFS_MAGIC };
    return 0;
}
