/* SPDX-License-Identifier: MIT */
/* entra: the command for users and scripts, which runs the sub-commands in the table below. */
#include <stdio.h>
#include <string.h>

#include "common/base/suggest.h"
#include "common/entra/url_typed.h"
#include "helpers/document.h"
#include "helpers/entra/entra.h"
#include "helpers/programs.h"

static const struct program entra_help, entra_version;

static const struct command commands[] = {
    { "token", &entra_token, "print an access token" },
    { "run", &entra_run, "run a command that gets its tokens here" },
    { "login", &entra_login, "sign in" },
    { "logout", &entra_logout, "sign out" },
    { "status", &entra_status, "show who is signed in, and where things stand" },
    { "switch", &entra_switch, "make another account the default one" },
    { "list", &entra_list, "list the tokens and sign-ins in the keyring" },
    { "forget", &entra_forget, "delete tokens, sign-ins or all from the keyring" },
    { "secret", &entra_secret, "store an app's client secret in the keyring" },
    { "doctor", &entra_doctor, "find problems and say how to fix them" },
    { "setup", &entra_setup, "have git, kubectl and others get tokens from here" },
    { "completion", &entra_completion, "print the script that completes command lines" },
    { "help", &entra_help, "show what a command does and takes" },
    { "version", &entra_version, "show the version" },
    { .name = NULL },
};

static bool unknown_command(const char *name, struct error *error)
{
    struct suggestion nearest = suggest_for(name);
    for (const struct command *command = commands; command->name != NULL; command++)
        suggest_consider(&nearest, command->name);
    error_set(error, ERROR_USAGE, "unknown command '%s'%s", url_typed_shown(name).text,
              suggest_question(&nearest, ""));
    return error_hint(error, "See 'entra --help'.");
}

/* ---- entra, without a command ---- */

static bool run_entra(const struct options *options, int count, char **operands,
                      struct error *error)
{
    int used = 0;
    program_find(&entra_program, count, operands, &used);
    if (used > 0)
        return error_set(error, ERROR_USAGE, "the command must come first: entra %s [OPTION]...",
                         operands[0]);
    if (count > 0)
        return unknown_command(operands[0], error);
    if (options->output != NULL) {
        error_set(error, ERROR_USAGE, "--output has no effect without a command");
        return error_hint(error, "See 'entra --help'.");
    }
    program_print_help(&entra_program);
    return true;
}

/* For --version, and so that an unknown command is not taken for an unknown option. */
static const struct option_spec alone_options[] = {
    DOCUMENT_OPTION("text|json", NULL),
    { .name = NULL },
};

const struct program entra_program = {
    .name = "entra",
    .usage = "COMMAND [OPTION]...",
    .summary = "Manages Microsoft Entra access tokens.",
    .examples = "entra setup\n"
                "entra login\n"
                "entra help token",
    .options = alone_options,
    .commands = commands,
    .run = run_entra,
};

/* ---- entra help, entra version ---- */

static bool run_help(const struct options *options, int count, char **operands, struct error *error)
{
    (void)options;
    int used = 0;
    const struct program *command = program_find(&entra_program, count, operands, &used);
    if (count > 0 && used == 0)
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
    .operand = "COMMAND=@command",
    .run = run_help,
};

static const struct option_spec version_options[] = {
    DOCUMENT_OPTION("text|json", "text or json"),
    { .name = NULL },
};

static bool run_version(const struct options *options, int count, char **operands,
                        struct error *error)
{
    if (count > 0)
        return program_fail_operand(operands[0], error);
    program_print_version(options);
    return true;
}

static const struct program entra_version = {
    .name = "entra version",
    .usage = "[OPTION]...",
    .summary = "Shows the version.",
    .options = version_options,
    .run = run_version,
};

int entra(int argc, char **argv)
{
    int used = 0;
    const struct program *command = program_find(&entra_program, argc - 1, argv + 1, &used);
    return program_main(argc - used, argv + used, command);
}
