/* SPDX-License-Identifier: MIT */
/*
 * Who may use a file: its owner, group, mode and ACL, and its other extended attributes, for a new
 * file that is to take its place. No user may do more with the new one than with the old one.
 *
 * Sources: acl(5), xattr(7); the form of an ACL: linux/posix_acl_xattr.h.
 */
#ifndef HELPERS_ENTRA_SETUP_FILE_ACCESS_H
#define HELPERS_ENTRA_SETUP_FILE_ACCESS_H

#include <stdbool.h>

/* Gives the new file, which is empty and has mode 0600, the access of the old one; both are open
 * descriptors. What the new one has got from the default ACL of its folder goes. If this user
 * cannot give it the old one's group, the group that it has, and all others, may do what both
 * could. If the file system of the new one takes no ACL, only the owner may use it. Attributes that
 * say nothing of access are copied where that can be done. Returns false with errno set. */
bool file_access_copy(int old, int new);

#endif
