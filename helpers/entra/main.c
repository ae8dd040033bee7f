/* SPDX-License-Identifier: MIT */
/* entra: the command for people and scripts. The table of sub-commands is its index and its help.
 */
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
    { "login", &entra_login, "sign a person in" },
    { "logout", &entra_logout, "forget a person's sign-in" },
    { "list", &entra_list, "list the tokens and sign-ins that the keyring keeps" },
    { "secret", &entra_secret, "keep an app's client secret in the keyring" },
    { "doctor", &entra_doctor, "check whether all is well, and say what to do" },
    { "setup", &entra_setup, "have another program ask here for tokens" },
};
#define COMMANDS ARRAY_SIZE(commands)

static const struct program *find_command(const char *name)
{
    for (size_t i = 0; i < COMMANDS; i++)
        if (strcmp(name, commands[i].name) == 0)
            return commands[i].program;
    return NULL;
}

static void no_command(const char *name, struct error *error)
{
    struct suggestion nearest = suggest_for(name);
    for (size_t i = 0; i < COMMANDS; i++)
        suggest_consider(&nearest, commands[i].name);
    error_set(error, ERROR_USAGE, "there is no command '%.40s'%s", name,
              suggest_question(&nearest, ""));
}

static bool run_command(const struct options *options, int count, char **operands,
                        struct error *error)
{
    (void)options;
    if (count > 0 && find_command(operands[0]) != NULL)
        return error_set(error, ERROR_USAGE, "the command comes first: entra %s [OPTION]...",
                         operands[0]);
    if (count > 0)
        no_command(operands[0], error);
    else
        error_set(error, ERROR_USAGE, "a command is missing");
    return error_hint(error, "entra --help lists them.");
}

/* The summary, with a line for each command. */
static const char *summarize(void)
{
    static char summary[1024] = "Microsoft Entra tokens for people and scripts; see entra(1).\n";
    for (size_t i = 0; i < COMMANDS; i++) {
        size_t used = strlen(summary);
        snprintf(summary + used, sizeof summary - used, "\n  %-22s %s", commands[i].name,
                 commands[i].help);
    }
    return summary;
}

int main(int argc, char **argv)
{
    const struct program *command = argc > 1 ? find_command(argv[1]) : NULL;
    if (command != NULL)
        return program_main(argc - 1, argv + 1, command);
    return program_main(argc, argv,
                        &(struct program){ .usage = "entra COMMAND [OPTION]...",
                                           .summary = summarize(),
                                           .run = run_command });
}
