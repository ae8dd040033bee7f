/* SPDX-License-Identifier: MIT */
/*
 * entra setup kubectl: converts the users of kubeconfigs to exec-credential-entra.
 *
 * `kubectl config set-credentials` is not used, because it rewrites the file without its comments,
 * in another order, and drops unknown settings.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/environment.h"
#include "common/base/file.h"
#include "common/base/output.h"
#include "common/base/printable.h"
#include "common/base/text.h"
#include "common/base/unfinished.h"
#include "helpers/entra/setup/replace_file.h"
#include "helpers/entra/setup/setup.h"
#include "helpers/kubectl/kubeconfig/kubeconfig.h"
#include "helpers/kubectl/kubelogin.h"

#define FILES_MAX 32

/* An existing kubeconfig. */
struct target {
    char *path;
    struct unfinished *lock; /* kubectl's lock file while we hold it, else NULL */
    struct secret *text;
    struct kubeconfig *file;
    struct edits edits;
};

struct targets {
    const struct kubeconfig_module *module;
    struct target items[FILES_MAX];
    size_t count;
};

static void targets_clear(struct targets *targets)
{
    for (size_t i = 0; i < targets->count; i++) {
        struct target *target = &targets->items[i];
        if (target->lock != NULL)
            unfinished_remove(target->lock);
        free(target->path);
        edits_clear(&target->edits);
        if (target->file != NULL)
            targets->module->free(target->file);
        secret_free(target->text);
    }
    *targets = (struct targets){ 0 };
}
#define auto_targets CLEANUP(targets_clear)

/* Prefixes a usage error with the file's path, if that is missing. Always false. */
static bool name_file(const char *path, struct error *error)
{
    struct error why = *error;
    if (why.kind == ERROR_USAGE && strncmp(why.message, path, strlen(path)) != 0) {
        error_set(error, why.kind, "%s: %s", path, why.message);
        error_hint(error, "%s", why.hint);
        error_inherit(error, &why);
    }
    return false;
}

/* ---- which files ---- */

/* Takes client-go's lock (ModifyConfig in clientcmd): kubectl does not write while it exists. */
static bool take_lock(struct target *target, struct error *error)
{
    autofree char *lock = text_format("%s.lock", target->path);
    autoclose int fd = unfinished_create(AT_FDCWD, lock, 0, &target->lock);
    if (fd >= 0)
        return true;
    if (errno != EEXIST)
        return error_set(error, ERROR_OTHER, "%s: %s", lock, strerror(errno));
    error_set(error, ERROR_OTHER, "%s is being written: %s exists", target->path, lock);
    return error_hint(error, "If no kubectl is running, one has crashed: remove that file.");
}

/* Removes the locks. The first one that stays is the error, since kubectl would wait for it. */
static bool release_locks(struct targets *targets, struct error *error)
{
    bool released = true;
    for (size_t i = 0; i < targets->count; i++) {
        struct unfinished *lock = steal(&targets->items[i].lock);
        if (lock == NULL || unfinished_delete(lock) || !released)
            continue;
        released = error_set(error, ERROR_OTHER, "%s.lock cannot be removed: %s",
                             targets->items[i].path, strerror(errno));
        error_hint(error, "kubectl changes nothing while it exists: remove that file.");
    }
    return released;
}

/* Whether the file was added before: KUBECONFIG may name it twice. */
static bool is_known(const struct targets *targets, const char *path)
{
    struct stat one, other;
    for (size_t i = 0; stat(path, &one) == 0 && i < targets->count; i++)
        if (stat(targets->items[i].path, &other) == 0 && one.st_dev == other.st_dev &&
            one.st_ino == other.st_ino)
            return true;
    return false;
}

/* Adds a kubeconfig, if the file exists; kubectl too ignores missing ones. */
static bool add_file(struct targets *targets, const char *name, size_t length,
                     const struct options *options, struct error *error)
{
    unsigned mode = 0;
    autofree char *path = strndup(name, length);
    if (access(path, F_OK) != 0 || is_known(targets, path))
        return true;
    if (targets->count == FILES_MAX)
        return error_set(error, ERROR_USAGE, "more than %d kubeconfigs", FILES_MAX);
    struct target *target = &targets->items[targets->count++];
    target->path = steal(&path);
    if (options->own[SETUP_DRY_RUN] == NULL && !take_lock(target, error))
        return false;
    target->text = file_read(target->path, KUBECONFIG_MAX, &mode, error);
    if (target->text == NULL)
        return false;
    target->file = targets->module->parse(target->text->bytes, target->text->length, error);
    return target->file != NULL || name_file(target->path, error);
}

static bool add_list(struct targets *targets, const char *list, const struct options *options,
                     struct error *error)
{
    for (const char *path = list; *path != '\0'; path += *path == ':') {
        size_t length = strcspn(path, ":");
        if (length > 0 && !add_file(targets, path, length, options, error))
            return false;
        path += length;
    }
    return true;
}

static bool add_default(struct targets *targets, const struct options *options, struct error *error)
{
    const char *home = environment_path("HOME");
    if (home == NULL)
        return true;
    autofree char *path = text_format("%s/.kube/config", home);
    return add_file(targets, path, strlen(path), options, error);
}

/* Adds --kubeconfig, or the files of KUBECONFIG, or ~/.kube/config. */
static bool find_files(struct targets *targets, const struct options *options, struct error *error)
{
    const char *named = options->own[SETUP_KUBECONFIG];
    const char *list = environment("KUBECONFIG");
    bool ok = named != NULL  ? add_file(targets, named, strlen(named), options, error)
              : list != NULL ? add_list(targets, list, options, error)
                             : add_default(targets, options, error);
    if (!ok || targets->count > 0)
        return ok;
    error_set(error, ERROR_USAGE, "no kubeconfig found%s%s", named != NULL ? ": " : "",
              named != NULL ? named : "");
    return error_hint(error,
                      "The default is ~/.kube/config; KUBECONFIG and --kubeconfig name others.");
}

/* ---- converting them ---- */

/* Converts the user of one context. As for kubectl, the first file with the context or the user
 * counts. */
static bool convert_context(struct targets *targets, const char *context,
                            const struct kubeconfig_conversion *conversion, struct error *error)
{
    const char *user = NULL;
    for (size_t i = 0; i < targets->count && user == NULL; i++)
        user = targets->module->user_of_context(targets->items[i].file, context);
    if (user == NULL)
        return error_set(error, ERROR_USAGE, "no kubeconfig has a context '%.80s' with a user",
                         context);
    for (size_t i = 0; i < targets->count; i++) {
        struct target *target = &targets->items[i];
        if (targets->module->has_user(target->file, user))
            return targets->module->convert(target->file, user, conversion, &target->edits,
                                            error) ||
                   name_file(target->path, error);
    }
    return error_set(error, ERROR_USAGE,
                     "no kubeconfig has the user '%.80s' of the context '%.80s'", user, context);
}

static bool convert_targets(struct targets *targets, const struct options *options,
                            const struct kubeconfig_conversion *conversion, struct error *error)
{
    const char *context = options->own[SETUP_CONTEXT];
    if (context != NULL)
        return convert_context(targets, context, conversion, error);
    for (size_t i = 0; i < targets->count; i++) {
        struct target *target = &targets->items[i];
        if (!targets->module->convert(target->file, NULL, conversion, &target->edits, error))
            return name_file(target->path, error);
    }
    return true;
}

/* Checks that the changed text parses, and that its users are ours, before it replaces a file that
 * works. */
static bool verify(const struct kubeconfig_module *module, const struct target *target,
                   const struct secret *changed, struct error *error)
{
    struct kubeconfig *file = module->parse(changed->bytes, changed->length, error);
    bool ok = file != NULL;
    for (size_t i = 0; ok && i < target->edits.count; i++)
        ok = target->edits.items[i].user == NULL ||
             module->is_ours(file, target->edits.items[i].user);
    if (file != NULL)
        module->free(file);
    if (ok)
        return true;
    error_set(error, ERROR_OTHER, "%s is formatted in a way that cannot be changed safely",
              target->path);
    return error_hint(error,
                      "'kubectl config view --raw --flatten' prints it in a simpler format.");
}

/* Prints a line for each user, who may have several edits, and one for the backup. */
static void report_change(const struct target *target, const char *backup)
{
    const char *last = "";
    for (size_t i = 0; i < target->edits.count; i++) {
        const char *user = target->edits.items[i].user; /* which may be anything */
        if (user == NULL)
            continue;
        if (strcmp(user, last) != 0)
            output_line("%s: the user '%s' now uses exec-credential-entra", target->path, user);
        last = user;
    }
    output_line("%s: the original is kept as %s", target->path, backup);
}

/* People read it, or it is a patch. */
static bool print_diff(const struct target *target, struct error *error)
{
    char *text = NULL;
    size_t length = 0;
    FILE *stream = open_memstream(&text, &length);
    edits_print_diff(&target->edits, target->text, target->path, stream);
    fclose(stream);
    bool printed = isatty(STDOUT_FILENO) ? fputs(text, stdout) != EOF : output_data(text, length);
    free(text);
    return printed || error_set(error, ERROR_OTHER, "cannot write to stdout: %m");
}

static bool change_file(const struct kubeconfig_module *module, const struct options *options,
                        const struct target *target, struct error *error)
{
    char backup[PATH_MAX];
    auto_secret struct secret *changed = edits_apply(&target->edits, target->text);
    if (!verify(module, target, changed, error))
        return false;
    if (options->own[SETUP_DRY_RUN] != NULL) {
        return print_diff(target, error);
    }
    if (!replace_file(target->path, target->text, changed, backup, error))
        return false;
    report_change(target, backup);
    return true;
}

static bool change_all(const struct targets *targets, const struct options *options,
                       struct error *error)
{
    size_t changed = 0;
    const char *context = options->own[SETUP_CONTEXT];
    for (size_t i = 0; i < targets->count; i++) {
        if (targets->items[i].edits.count == 0)
            continue;
        if (!change_file(targets->module, options, &targets->items[i], error))
            return false;
        changed++;
    }
    if (changed == 0 && context != NULL)
        notice("The user of the context '%s' already uses exec-credential-entra with these "
               "options.",
               context);
    else if (changed == 0)
        notice("No user in the kubeconfig needs a change. To change one that already uses "
               "exec-credential-entra, or has a certificate or token of its own, name its context "
               "with --context.");
    return true;
}

static bool check_arguments(const struct options *options, int count, char **operands,
                            struct error *error)
{
    const char *login = options->own[SETUP_LOGIN];
    if (count > 0)
        return error_set(error, ERROR_USAGE, "unexpected argument '%.40s'", operands[0]);
    if (options->own[SETUP_REMOVE] != NULL) {
        error_set(error, ERROR_USAGE, "--remove is not supported for kubectl");
        return error_hint(error, "Restore each kubeconfig from its backup, FILE.before-entra.");
    }
    return login == NULL || kubelogin_check_login(login, "--login", error);
}

static bool run_setup_kubectl(const struct options *options, int count, char **operands,
                              struct error *error)
{
    struct setup_storage storage = { "" };
    auto_targets struct targets targets = { 0 };
    struct kubeconfig_conversion conversion = { .login = options->own[SETUP_LOGIN],
                                                .check = kubelogin_check_line };
    _Static_assert(KUBECONFIG_ARGS >= SETUP_WORDS_MAX, "all options fit");
    setup_helper_options(options, &storage, conversion.args);
    if (!check_arguments(options, count, operands, error))
        return false;
    targets.module = (const struct kubeconfig_module *)module_load(KUBECONFIG_MODULE, error);
    return targets.module != NULL && find_files(&targets, options, error) &&
           convert_targets(&targets, options, &conversion, error) &&
           change_all(&targets, options, error) && release_locks(&targets, error);
}

bool setup_kubectl(const struct options *options, int count, char **operands, struct error *error)
{
    return run_setup_kubectl(options, count, operands, error) ||
           error_wanted(error, "cannot set up kubectl");
}
