/* SPDX-License-Identifier: MIT */
/*
 * Kubeconfigs, read as YAML and changed as text: only the credentials of a converted user are
 * replaced, and every other byte of the file stays, comments included.
 *
 *     const struct kubeconfig_module *module = (const void *)module_load(KUBECONFIG_MODULE, error);
 *     struct kubeconfig *file = module->parse(text->bytes, text->length, error);
 *     for (size_t user = 0; user < module->count(file); user++)
 *         module->convert(file, user, &conversion, false, &edits, error);
 *     module->finish(file, &edits);
 *     struct secret *changed = edits_apply(&edits, text);
 *
 * Only this module links libyaml. A file is refused if libyaml cannot read it or if it has anchors,
 * merge keys, duplicate keys or more than one document that is not empty: there, a change of one
 * user could change another, or none. So is one that is nested so deep that it takes too long.
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
#define KUBECONFIG_ARGS   120               /* options and values of a conversion */

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

/* What became of a user. */
enum kubeconfig_outcome {
    KUBECONFIG_CONVERTED, /* changed */
    KUBECONFIG_ALREADY,   /* runs exec-credential-entra, and nothing is to be changed */
    KUBECONFIG_OTHERWISE, /* the same with other options than these, and was not named */
    KUBECONFIG_OWN,       /* has a certificate, token or password of its own, and was not named */
    KUBECONFIG_OTHER,     /* is not Entra's, and was not named */
    KUBECONFIG_REFUSED,   /* cannot be converted */
};

struct kubeconfig_module {
    struct module head;

    /* Parses a file's text, which must outlive the result. Fails with ERROR_USAGE; the message has
     * the line. The caller frees the result with free. */
    struct kubeconfig *(*parse)(const char *text, size_t length, struct error *error);
    void (*free)(struct kubeconfig *file);

    /* Users are known by their places in the file, from 0. find: the place of the first one with
     * this name, which is the one that counts for kubectl. */
    size_t (*count)(const struct kubeconfig *file);
    bool (*find)(const struct kubeconfig *file, const char *name, size_t *ret_user);

    /* The name of a user; NULL if it has none. And that of a context's user; NULL if the file has
     * no such context. Both belong to the file. */
    const char *(*name)(const struct kubeconfig *file, size_t user);
    const char *(*user_of_context)(const struct kubeconfig *file, const char *context);

    /* Calls visit() for each context of the file that has a name. The file owns the names. */
    void (*each_context)(const struct kubeconfig *file,
                         void (*visit)(void *context, const char *name), void *context);

    /* Whether the user's exec section runs exec-credential-entra. */
    bool (*is_ours)(const struct kubeconfig *file, size_t user);
    /* The login method of a user with an exec section; NULL if it names none. The caller frees it.
     */
    char *(*login)(const struct kubeconfig *file, size_t user);

    /* Adds the edits that make a user run exec-credential-entra. A user that is not named is
     * converted if it is one of kubelogin or of the azure auth-provider, or has no credentials and
     * a cluster on AKS; a login of users' is not given to apps then; and of one that runs
     * exec-credential-entra already, only an apiVersion that it does not speak is changed.
     * KUBECONFIG_REFUSED sets *error, to ERROR_USAGE. */
    enum kubeconfig_outcome (*convert)(const struct kubeconfig *file, size_t user,
                                       const struct kubeconfig_conversion *conversion,
                                       bool is_named, struct edits *edits, struct error *error);

    /* Adds the edits that undo that, with the credentials of the user's former self in another
     * file; or with former_file NULL, kubelogin's command alone. KUBECONFIG_OTHER: the user does
     * not run exec-credential-entra, or its former self did too. KUBECONFIG_REFUSED sets *error, to
     * ERROR_USAGE. */
    enum kubeconfig_outcome (*restore)(const struct kubeconfig *file, size_t user,
                                       const struct kubeconfig *former_file, size_t former,
                                       struct edits *edits, struct error *error);

    /* Sorts the edits of a file, and hides its secrets. */
    void (*finish)(const struct kubeconfig *file, struct edits *edits);
};

#endif
