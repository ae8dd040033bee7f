/* SPDX-License-Identifier: MIT */
#include "tests/fuzz/given_file.h"

#include <sys/stat.h>
#include <unistd.h>

#include "common/base/file.h"
#include "tests/fuzz/fuzz.h"

const struct secret *given_file;

struct secret *__wrap_file_read(const char *path, size_t max, struct file_rights *ret_rights,
                                struct error *error);
struct secret *__wrap_file_read(const char *path, size_t max, struct file_rights *ret_rights,
                                struct error *error)
{
    if (given_file->length > max) {
        error_set(error, ERROR_USAGE, "%s is too long", path);
        return NULL;
    }
    *ret_rights = (struct file_rights){ .mode = S_IFREG | 0600, .owner = geteuid() };
    return secret_new(given_file->bytes, given_file->length);
}
