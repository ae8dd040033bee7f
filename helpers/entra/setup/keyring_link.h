/* SPDX-License-Identifier: MIT */
/*
 * The link called `keyring` by which pip and uv run keyring-credential-entra: in ~/.local/bin or
 * ~/bin, where it has to be the first of that name in PATH. No file of another program is touched.
 */
#ifndef HELPERS_ENTRA_SETUP_KEYRING_LINK_H
#define HELPERS_ENTRA_SETUP_KEYRING_LINK_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/cleanup.h"
#include "common/base/error.h"

#define KEYRING_LINK_FOLDERS 2

struct keyring_link {
    char *first;    /* the first keyring in PATH; NULL: there is none */
    bool is_ours;   /* that is a link to our helper */
    char *path;     /* where the link is to be made; NULL: it is there, or there is no place */
    char *obstacle; /* what is in the way of it in such a place; else NULL */
    char *target;   /* what the link leads to */
};

/* Looks for it. Never fails. */
void keyring_link_find(struct keyring_link *ret_link);

/* Says why there is no place for it: no folder is in PATH, something is in the way in one that is,
 * or another keyring is there or in one before it. Always returns false, with ERROR_OTHER. */
bool keyring_link_explain(const struct keyring_link *link, struct error *error);

/* Makes it, and its folder. Fails with ERROR_OTHER. */
bool keyring_link_make(const struct keyring_link *link, struct error *error);

/* Finds the link of ours in the folder with this index, which is below KEYRING_LINK_FOLDERS. The
 * caller frees *ret_path. NULL: there is none. Fails with ERROR_OTHER. */
bool keyring_link_of_ours(size_t index, char **ret_path, struct error *error);

/* The first keyring in PATH that is not ours, which answers for other indexes. The caller frees the
 * path. NULL: there is none. */
char *keyring_link_next(void);

void keyring_link_clear(struct keyring_link *link);
#define auto_keyring_link CLEANUP(keyring_link_clear)

#endif
