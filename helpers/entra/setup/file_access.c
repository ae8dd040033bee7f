/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "helpers/entra/setup/file_access.h"

#include <endian.h>
#include <errno.h>
#include <linux/limits.h>
#include <linux/posix_acl.h>
#include <linux/posix_acl_xattr.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "common/base/cleanup.h"

#define ACL    "system.posix_acl_access"
#define SYSTEM "system." /* NFS and others have their ACLs here */

/* The value of an attribute, or with a NULL name the names of all. The caller frees *ret_value,
 * which is NULL if there is none. Returns false with errno set. */
static bool get(int fd, const char *name, char **ret_value, size_t *ret_size)
{
    autofree char *value = malloc(XATTR_SIZE_MAX);
    ssize_t size = name != NULL ? fgetxattr(fd, name, value, XATTR_SIZE_MAX)
                                : flistxattr(fd, value, XATTR_LIST_MAX);
    *ret_value = NULL;
    *ret_size = 0;
    if (size < 0)
        return errno == ENODATA || errno == ENOTSUP;
    *ret_size = (size_t)size;
    *ret_value = steal(&value);
    return true;
}

/* Removes one that need not be there. */
static bool remove_attribute(int fd, const char *name)
{
    return fremovexattr(fd, name) == 0 || errno == ENODATA || errno == ENOTSUP;
}

/* What all users may do of whom nothing else is known, in the old file's group or not. */
static mode_t common_mode(mode_t mode)
{
    mode_t common = (mode >> 3) & mode & S_IRWXO;
    return (mode & 07700) | common << 3 | common;
}

/* Likewise. An ACL has the rights of the group in an entry of its own, limited by its mask, which
 * is where the mode has the group's. */
static void cut_group(char *acl, size_t size)
{
    struct posix_acl_xattr_entry *entries = (void *)(acl + sizeof(struct posix_acl_xattr_header));
    size_t count = (size - sizeof(struct posix_acl_xattr_header)) / sizeof *entries;
    unsigned common = S_IRWXO;
    for (size_t i = 0; i < count; i++) {
        unsigned tag = le16toh(entries[i].e_tag);
        if (tag == ACL_GROUP_OBJ || tag == ACL_MASK || tag == ACL_OTHER)
            common &= le16toh(entries[i].e_perm);
    }
    for (size_t i = 0; i < count; i++) {
        unsigned tag = le16toh(entries[i].e_tag);
        if (tag == ACL_GROUP_OBJ || tag == ACL_OTHER)
            entries[i].e_perm = htole16((uint16_t)common);
    }
}

/* Sets the mode too, if there is one. *ret_is_missing: the new file cannot have it. */
static bool copy_acl(int old, int new, bool has_group, bool *ret_has_acl, bool *ret_is_missing)
{
    size_t size = 0;
    autofree char *acl = NULL;
    if (!get(old, ACL, &acl, &size))
        return false;
    *ret_has_acl = size > sizeof(struct posix_acl_xattr_header);
    if (!*ret_has_acl)
        return remove_attribute(new, ACL);
    if (!has_group)
        cut_group(acl, size);
    bool ok = fsetxattr(new, ACL, acl, size, 0) == 0;
    *ret_is_missing = !ok;
    return ok || errno == ENOTSUP;
}

/* SELinux's label of a new file may be another. */
static bool is_copied(const char *name)
{
    return strncmp(name, "user.", strlen("user.")) == 0 || strcmp(name, "security.selinux") == 0 ||
           (strncmp(name, SYSTEM, strlen(SYSTEM)) == 0 && strcmp(name, ACL) != 0);
}

static bool copy_attribute(int old, int new, const char *name)
{
    size_t size = 0;
    autofree char *value = NULL;
    return get(old, name, &value, &size) &&
           (value == NULL || fsetxattr(new, name, value, size, 0) == 0);
}

/* The others. *ret_is_missing: one of the file system's could not be copied. */
static bool copy_attributes(int old, int new, bool *ret_is_missing)
{
    size_t size = 0;
    autofree char *names = NULL;
    if (!get(old, NULL, &names, &size))
        return false;
    for (size_t at = 0; at < size; at += strlen(names + at) + 1) {
        const char *name = names + at;
        if (is_copied(name) && !copy_attribute(old, new, name) &&
            strncmp(name, SYSTEM, strlen(SYSTEM)) == 0)
            *ret_is_missing = true;
    }
    return true;
}

bool file_access_copy(int old, int new)
{
    struct stat like, status;
    bool has_acl = false, is_missing = false;
    if (fstat(old, &like) != 0 || fstat(new, &status) != 0)
        return false;
    bool has_owner = status.st_uid == like.st_uid && status.st_gid == like.st_gid;
    bool has_group = has_owner || fchown(new, like.st_uid, like.st_gid) == 0;
    if (!has_group && (status.st_uid != like.st_uid || errno != EPERM))
        return false;
    if (!copy_acl(old, new, has_group, &has_acl, &is_missing) ||
        !copy_attributes(old, new, &is_missing))
        return false;
    mode_t mode = like.st_mode & 07777;
    if (is_missing)
        return fchmod(new, mode & 07700) == 0;
    return has_acl || fchmod(new, has_group ? mode : common_mode(mode)) == 0;
}
