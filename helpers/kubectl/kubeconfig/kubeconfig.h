/* SPDX-License-Identifier: MIT */
/*
 * Kubeconfigs, read as YAML and changed as text: only the credentials of a converted user are
 * replaced, and every other byte of the file stays, comments included.
 *
 *     const struct kubeconfig_module *module = (const void *)module_load(KUBECONFIG_MODULE, error);
 *     struct kubeconfig *file = module->parse(text->bytes, text->length, error);
 *     module->convert(file, NULL, &conversion, &edits, error);      // NULL: every user
 *     struct secret *changed = edits_apply(&edits, text);
 *
 * Only this module links libyaml. A file is refused if libyaml cannot read it or if it has anchors,
 * merge keys, duplicate keys or more than one document: there, a change of one user could change
 * another, or none.
 */
#ifndef HELPERS_KUBECTL_KUBECONFIG_KUBECONFIG_H
#define HELPERS_KUBECTL_KUBECONFIG_KUBECONFIG_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/error.h"
#include "common/base/module.h"
#include "helpers/kubectl/kubeconfig/edits.h"

#define KUBECONFIG_MODULE "entra-kubeconfig.so"
#define KUBECONFIG_MAX    (4 * 1024 * 1024) /* bytes of a file */
#define KUBECONFIG_ARGS   56                /* options and values of a conversion */
#define KUBECONFIG_USERS  4096 /* also of contexts and clusters; lookups by name are linear */

struct kubeconfig; /* a parsed file */

/* What a converted user's exec section must have. */
struct kubeconfig_conversion {
    const char *login;                 /* kubelogin's --login; NULL: unchanged */
    const char *args[KUBECONFIG_ARGS]; /* options and values, NULL after the last */

    /* Checks that exec-credential-entra accepts a command line (the program's name first, NULL
     * after the last) with the variables of the exec section (names and values in turn, NULL after
     * the last). May reorder line. Fails with ERROR_USAGE. NULL: everything is accepted. */
    bool (*check)(char **line, const char *const *variables, struct error *error);
};

struct kubeconfig_module {
    struct module head;

    /* Parses a file's text, which must outlive the result. Fails with ERROR_USAGE; the message has
     * the line. The caller frees the result with free. */
    struct kubeconfig *(*parse)(const char *text, size_t length, struct error *error);
    void (*free)(struct kubeconfig *file);

    /* The name of a context's user; NULL if the file has no such context. Belongs to the file. */
    const char *(*user_of_context)(const struct kubeconfig *file, const char *context);
    bool (*has_user)(const struct kubeconfig *file, const char *user);
    /* Whether the user's exec section runs exec-credential-entra. */
    bool (*is_ours)(const struct kubeconfig *file, const char *user);

    /* Collects the edits that make a user run exec-credential-entra, sorted; none if the user does
     * already. Fails with ERROR_USAGE if the user cannot be converted.
     *
     * With user NULL, converts every user of kubelogin or of the azure auth-provider, and every
     * user without credentials whose cluster is on AKS. Users that cannot be converted are reported
     * as warnings; it fails if there are only such users. */
    bool (*convert)(const struct kubeconfig *file, const char *user,
                    const struct kubeconfig_conversion *conversion, struct edits *edits,
                    struct error *error);
};

#endif
