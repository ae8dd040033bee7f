/* SPDX-License-Identifier: MIT */
/*
 * The folders with configurations for all users of a machine (XDG Base Directory Specification).
 */
#ifndef HELPERS_ENTRA_SETUP_XDG_FOLDER_H
#define HELPERS_ENTRA_SETUP_XDG_FOLDER_H

#include <stddef.h>

/* The folder of XDG_CONFIG_DIRS with this index; /etc/xdg, if none is named there. A name that is
 * not an absolute path is passed over. The caller frees it. NULL: there are not so many. */
char *xdg_folder_of_all_users(size_t index);

#endif
