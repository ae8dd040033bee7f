/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "tests/fuzz/memory_folder.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/vfs.h>

#include "tests/fuzz/fuzz.h"

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
    return open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
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

/* ---- instead of the kernel ---- */

int __wrap_unlinkat(int folder, const char *name, int flags);
int __wrap_unlinkat(int folder, const char *name, int flags)
{
    (void)folder, (void)name, (void)flags;
    secret_free(file);
    file = NULL;
    return 0;
}

/* The folder lists its file once. */
struct dirent *__real_readdir(DIR *directory);
struct dirent *__wrap_readdir(DIR *directory);
struct dirent *__wrap_readdir(DIR *directory)
{
    static struct dirent entry = { .d_name = "0123456789abcdef.token" };
    (void)directory;
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
