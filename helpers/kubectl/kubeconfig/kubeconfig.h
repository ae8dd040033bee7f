/* SPDX-License-Identifier: MIT */
/*
 * Kubeconfigs, read as YAML and changed as text: what becomes another user's credentials is spliced
 * into the file, and every other byte of it stays as it is, comments included.
 *
 *     const struct kubeconfig_module *module = (const void *)module_load(KUBECONFIG_MODULE, error);
 *     struct kubeconfig *file = module->parse(text->bytes, text->length, error);
 *     module->convert(file, NULL, &wish, &edits, error);      // NULL: every user
 *     struct secret *changed = edits_apply(&edits, text);
 *
 * The module is the only place with libyaml. A file that libyaml cannot read, or that has anchors,
 * a key twice or more than one document, is refused: in those a change of one user could be a
 * change of another, or of none.
 */
#ifndef HELPERS_KUBECTL_KUBECONFIG_KUBECONFIG_H
#define HELPERS_KUBECTL_KUBECONFIG_KUBECONFIG_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/error.h"
#include "common/base/module.h"
#include "helpers/kubectl/kubeconfig/edits.h"

#define KUBECONFIG_MODULE "entra-kubeconfig.so"
#define KUBECONFIG_MAX    (4 * 1024 * 1024)
#define KUBECONFIG_ARGS   56   /* that are wished */
#define KUBECONFIG_USERS  4096 /* and as many contexts and clusters; each is looked for by name */

struct kubeconfig; /* a file that was read; its text must outlive it */

/* How users are to become ours. */
struct kubeconfig_wish {
    const char *login;                 /* --login of kubelogin's; NULL: as it is */
    const char *args[KUBECONFIG_ARGS]; /* options and values; NULL ends them */

    /* Whether exec-credential-entra would take a command line, the program's name first, and the
     * variables of the kubeconfig, names and values in turn; NULL ends both. The words may be put
     * in another order. False with ERROR_USAGE. NULL: anything will do. */
    bool (*check)(char **line, const char *const *variables, struct error *error);
};

struct kubeconfig_module {
    struct module head;

    /* Reads a file's text. NULL with ERROR_USAGE, the line in it. Free with free. */
    struct kubeconfig *(*parse)(const char *text, size_t length, struct error *error);
    void (*free)(struct kubeconfig *file);

    /* The user's name of a context; NULL where the file has no such context. */
    const char *(*user_of_context)(const struct kubeconfig *file, const char *context);
    bool (*has_user)(const struct kubeconfig *file, const char *user);
    bool (*is_ours)(const struct kubeconfig *file, const char *user);

    /* Collects what makes this user ours; nothing where that is so already. False with ERROR_USAGE
     * where it cannot be.
     *
     * With user NULL: every user of kubelogin's or of the azure auth-provider, and every one
     * without credentials whose cluster is AKS. What cannot be is a warning, unless nothing else
     * is. */
    bool (*convert)(const struct kubeconfig *file, const char *user,
                    const struct kubeconfig_wish *wish, struct edits *edits, struct error *error);
};

#endif
