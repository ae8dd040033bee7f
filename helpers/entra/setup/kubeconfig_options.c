/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "helpers/entra/setup/kubeconfig_options.h"

#include <string.h>

#include "common/base/report.h"
#include "helpers/kubectl/kubeconfig/login.h"

/* The login has a member of its own; the others say how this run behaves. */
static bool is_of_run(size_t offset)
{
    return offset == OPTION_OWN(KUBELOGIN_LOGIN) || offset == OPTION_OWN(KUBELOGIN_LOG_LEVEL) ||
           offset == OPTION_OWN(KUBELOGIN_LOG_TO_STDERR);
}

/* Adds kubelogin's options that are given to the args of the conversion. */
static void collect_options(const struct options *options, const char **args)
{
    size_t count = 0;
    while (args[count] != NULL)
        count++;
    for (const struct option_spec *spec = kubelogin_options(); spec->name != NULL; spec++) {
        const void *member = (const char *)options + spec->offset;
        const char *value = *(const char *const *)member;
        bool is_common = spec->offset == offsetof(struct options, client_id);
        if (value == NULL || value[0] == '\0' || is_common || spec->name[1] == '\0' ||
            is_of_run(spec->offset) || (spec->kind == OPTION_SWITCH && strcmp(value, "true") != 0))
            continue;
        args[count++] = spec->name - strlen("--");
        if (spec->kind != OPTION_SWITCH)
            args[count++] = value;
    }
    args[count] = NULL;
}

/* Of two names for the same option, only one could be kept. */
static bool check_names(const char *const *args, struct error *error)
{
    for (size_t i = 0; args[i] != NULL; i++)
        for (size_t j = 0; j < i; j++)
            if (strcmp(args[i], args[j]) != 0 && login_options_are_same(args[i], args[j]))
                return error_set(error, ERROR_USAGE, "%s and %s cannot be used together", args[j],
                                 args[i]);
    return true;
}

bool kubeconfig_options_check(const struct kubeconfig_conversion *conversion, struct error *error)
{
    static const char *const no_variables[] = { NULL };
    char *line[KUBECONFIG_ARGS + 2] = { (char *)"exec-credential-entra" };
    for (size_t i = 0; conversion->args[i] != NULL; i++)
        line[i + 1] = (char *)conversion->args[i];
    return check_names(conversion->args, error) &&
           (conversion->login == NULL ||
            kubelogin_check_login(conversion->login, "--login", error)) &&
           kubelogin_check_line(line, no_variables, error);
}

void kubeconfig_options_read(const struct options *options, struct setup_storage *storage,
                             struct kubeconfig_conversion *ret_conversion)
{
    const char *level = options->own[KUBELOGIN_LOG_LEVEL];
    *ret_conversion = (struct kubeconfig_conversion){ .login = options->own[KUBELOGIN_LOGIN],
                                                      .check = kubelogin_check_line };
    _Static_assert(KUBECONFIG_ARGS > SETUP_WORDS_MAX + 2 * KUBELOGIN_SETTINGS, "all options fit");
    setup_helper_options(options, storage, ret_conversion->args);
    collect_options(options, ret_conversion->args);
    reporting.verbose = reporting.verbose || (level != NULL && level[strspn(level, "0")] != '\0');
}
