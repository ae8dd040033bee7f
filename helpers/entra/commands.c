/* SPDX-License-Identifier: MIT */
/* entra: the command for users and scripts, which runs the sub-commands in the table below. */
#include <stdio.h>
#include <string.h>

#include "common/base/array.h"
#include "common/base/suggest.h"
#include "helpers/entra/entra.h"

static const struct program entra_help, entra_version;

static const struct {
    const char *name;
    const struct program *program;
    const char *help;
} commands[] = {
    { "token", &entra_token, "print an access token" },
    { "login", &entra_login, "sign in" },
    { "logout", &entra_logout, "sign out" },
    { "status", &entra_status, "show who is signed in, and where things stand" },
    { "switch", &entra_switch, "make another account the default one" },
    { "list", &entra_list, "list the tokens and sign-ins in the keyring" },
    { "forget", &entra_forget, "delete tokens, sign-ins or all from the keyring" },
    { "secret", &entra_secret, "store an app's client secret in the keyring" },
    { "doctor", &entra_doctor, "find problems and say how to fix them" },
    { "setup", &entra_setup, "have git, kubectl and others get tokens from here" },
    { "help", &entra_help, "show what a command does and takes" },
    { "version", &entra_version, "show the version" },
};
#define COMMANDS ARRAY_SIZE(commands)

static const struct program *find_command(const char *name)
{
    for (size_t i = 0; i < COMMANDS; i++)
        if (strcmp(name, commands[i].name) == 0)
            return commands[i].program;
    return NULL;
}

/* The command that the first words name, as in "setup git", and how many of them do; NULL if the
 * first one names none. */
static const struct program *find_words(int count, char **words, int *ret_used)
{
    const struct program *command = count > 0 ? find_command(words[0]) : NULL;
    const struct program *tool = command == &entra_setup && count > 1 ? setup_find(words[1]) : NULL;
    *ret_used = tool != NULL ? 2 : command != NULL ? 1 : 0;
    return tool != NULL ? tool : command;
}

static bool unknown_command(const char *name, struct error *error)
{
    struct suggestion nearest = suggest_for(name);
    for (size_t i = 0; i < COMMANDS; i++)
        suggest_consider(&nearest, commands[i].name);
    error_set(error, ERROR_USAGE, "unknown command '%.40s'%s", name,
              suggest_question(&nearest, ""));
    return error_hint(error, "See 'entra --help'.");
}

/* ---- entra, without a command ---- */

static bool run_entra(const struct options *options, int count, char **operands,
                      struct error *error);

/* The summary, followed by a line for each command. */
static struct program entra_alone(void)
{
    static char summary[1024] = "Manages Microsoft Entra access tokens.\n";
    for (size_t i = 0; i < COMMANDS && strstr(summary, commands[i].help) == NULL; i++) {
        size_t used = strlen(summary);
        snprintf(summary + used, sizeof summary - used, "\n  %-22s %s", commands[i].name,
                 commands[i].help);
    }
    return (struct program){ .name = "entra",
                             .usage = "COMMAND [OPTION]...",
                             .summary = summary,
                             .examples = "entra setup\n"
                                         "entra login\n"
                                         "entra help token",
                             .run = run_entra };
}

static bool run_entra(const struct options *options, int count, char **operands,
                      struct error *error)
{
    (void)options;
    if (count > 0 && find_command(operands[0]) != NULL)
        return error_set(error, ERROR_USAGE, "the command must come first: entra %s [OPTION]...",
                         operands[0]);
    if (count > 0)
        return unknown_command(operands[0], error);
    const struct program program = entra_alone();
    program_print_help(&program);
    return true;
}

/* ---- entra help, entra version ---- */

static bool run_help(const struct options *options, int count, char **operands, struct error *error)
{
    (void)options;
    int used = 0;
    const struct program alone = entra_alone();
    const struct program *command = count == 0 ? &alone : find_words(count, operands, &used);
    if (command == NULL)
        return unknown_command(operands[0], error);
    if (used < count)
        return program_fail_operand(operands[used], error);
    program_print_help(command);
    return true;
}

static const struct program entra_help = {
    .name = "entra help",
    .usage = "[COMMAND]",
    .summary = "Shows what a command does and which options it takes.",
    .examples = "entra help login\n"
                "entra help setup git",
    .run = run_help,
};

static bool run_version(const struct options *options, int count, char **operands,
                        struct error *error)
{
    (void)options;
    if (count > 0)
        return program_fail_operand(operands[0], error);
    program_print_version();
    return true;
}

static const struct program entra_version = {
    .name = "entra version",
    .usage = "[OPTION]...",
    .summary = "Shows the version.",
    .run = run_version,
};

int entra(int argc, char **argv)
{
    int used = 0;
    const struct program alone = entra_alone();
    const struct program *command = find_words(argc - 1, argv + 1, &used);
    return program_main(argc - used, argv + used, command != NULL ? command : &alone);
}
