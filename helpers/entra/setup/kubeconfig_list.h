/* SPDX-License-Identifier: MIT */
/*
 * The kubeconfigs that `entra setup kubectl` works on, and the conversion that it has in mind for
 * each.
 */
#ifndef HELPERS_ENTRA_SETUP_KUBECONFIG_LIST_H
#define HELPERS_ENTRA_SETUP_KUBECONFIG_LIST_H

#include <sys/types.h>

#include "common/base/cleanup.h"
#include "common/base/secret.h"
#include "helpers/kubectl/kubeconfig/kubeconfig.h"

/* An existing file. */
struct kubeconfig_target {
    char *path;
    dev_t device; /* device and inode tell whether two paths lead to the same file */
    ino_t inode;
    struct secret *text;     /* NULL: it cannot be read */
    struct kubeconfig *file; /* NULL: it cannot be parsed */
    struct edits edits;
    enum kubeconfig_outcome *users; /* what became of each */
};

struct kubeconfig_list {
    const struct kubeconfig_module *module;
    struct kubeconfig_target *items;
    size_t count;
};

/* Finds the files: the named one; or with NULL those of KUBECONFIG, or ~/.kube/config. As kubectl
 * does, passes over files that do not exist, and takes a file that is listed twice once. Fails with
 * ERROR_USAGE if there is none. The caller clears the list in any case. */
bool kubeconfig_list_find(struct kubeconfig_list *list, const char *named, struct error *error);

/* Reads and parses a file. Fails with ERROR_USAGE or ERROR_OTHER; the message has the path. */
bool kubeconfig_list_load(const struct kubeconfig_list *list, struct kubeconfig_target *target,
                          struct error *error);

/* Prefixes an error about what is in a file with its path. Always returns false. */
bool kubeconfig_list_name(const struct kubeconfig_target *target, struct error *error);

/* Finds the user of a context. As for kubectl, the first file with the context or the user counts.
 * Returns the file that has the user. NULL with ERROR_USAGE if there is none. */
struct kubeconfig_target *kubeconfig_list_find_context(const struct kubeconfig_list *list,
                                                       const char *context, size_t *ret_user,
                                                       struct error *error);

void kubeconfig_list_clear(struct kubeconfig_list *list);
#define auto_kubeconfig_list CLEANUP(kubeconfig_list_clear)

#endif
