/* SPDX-License-Identifier: MIT */
/* entra: the command for users and scripts, which runs the sub-commands in the table below. */
#include <stdio.h>
#include <string.h>

#include "common/base/array.h"
#include "common/base/suggest.h"
#include "helpers/entra/entra.h"

static const struct {
    const char *name;
    const struct program *program;
    const char *help;
} commands[] = {
    { "token", &entra_token, "print an access token" },
    { "login", &entra_login, "sign in" },
    { "logout", &entra_logout, "sign out" },
    { "list", &entra_list, "list the tokens and sign-ins in the keyring" },
    { "secret", &entra_secret, "store an app's client secret in the keyring" },
    { "doctor", &entra_doctor, "find problems and say how to fix them" },
    { "setup", &entra_setup, "configure git or kubectl to get tokens from here" },
};
#define COMMANDS ARRAY_SIZE(commands)

static const struct program *find_command(const char *name)
{
    for (size_t i = 0; i < COMMANDS; i++)
        if (strcmp(name, commands[i].name) == 0)
            return commands[i].program;
    return NULL;
}

static void unknown_command(const char *name, struct error *error)
{
    struct suggestion nearest = suggest_for(name);
    for (size_t i = 0; i < COMMANDS; i++)
        suggest_consider(&nearest, commands[i].name);
    error_set(error, ERROR_USAGE, "unknown command '%.40s'%s", name,
              suggest_question(&nearest, ""));
}

static bool run_command(const struct options *options, int count, char **operands,
                        struct error *error)
{
    (void)options;
    if (count > 0 && find_command(operands[0]) != NULL)
        return error_set(error, ERROR_USAGE, "the command must come first: entra %s [OPTION]...",
                         operands[0]);
    if (count > 0)
        unknown_command(operands[0], error);
    else
        error_set(error, ERROR_USAGE, "no command given");
    return error_hint(error, "See entra --help.");
}

/* The summary, followed by a line for each command. */
static const char *summarize(void)
{
    static char summary[1024] = "Manages Microsoft Entra access tokens; see entra(1).\n";
    for (size_t i = 0; i < COMMANDS; i++) {
        size_t used = strlen(summary);
        snprintf(summary + used, sizeof summary - used, "\n  %-22s %s", commands[i].name,
                 commands[i].help);
    }
    return summary;
}

int entra(int argc, char **argv)
{
    const struct program *command = argc > 1 ? find_command(argv[1]) : NULL;
    if (command != NULL)
        return program_main(argc - 1, argv + 1, command);
    return program_main(argc, argv,
                        &(struct program){ .usage = "entra COMMAND [OPTION]...",
                                           .summary = summarize(),
                                           .run = run_command });
}
