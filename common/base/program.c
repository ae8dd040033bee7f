/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "common/base/program.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/base/secret.h"

/* A descriptor of 0, 1 or 2 that is closed would be given to the next file or socket opened, which
 * would then be read as input or get our output. What is written to one of these fails. */
static void keep_standard_descriptors(void)
{
    int fd;
    do
        fd = open("/dev/null", O_RDONLY);
    while (fd >= 0 && fd <= STDERR_FILENO);
    if (fd >= 0)
        close(fd);
}

static void protect(void)
{
    secret_protect_process();
    keep_standard_descriptors();
    signal(SIGPIPE, SIG_IGN); /* a reader that went away is an error of write */
}

/* What was printed through stdio (help, tables) must have arrived. */
static bool flush(struct error *error)
{
    return fflush(stdout) == 0 || error_set(error, ERROR_OTHER, "stdout cannot be written: %m");
}

/* Even of options that are wrong, those before the fault say how it is to be told. */
static bool parse(int argc, char **argv, const struct program *program, struct options *options,
                  int *first, struct error *error)
{
    bool parsed = options_parse(argc, argv, program->options, options, first, error);
    reporting.as_json = options->output != NULL && strcmp(options->output, "json") == 0;
    reporting.verbose = reporting.verbose || options->verbose;
    return parsed;
}

static bool run_program(int argc, char **argv, const struct program *program, struct error *error)
{
    struct options options = { 0 };
    int first = 0;
    if (!parse(argc, argv, program, &options, &first, error))
        return false;
    if (options.help)
        options_print_help(program->usage, program->summary, program->options);
    else if (options.version)
        printf("%s " ENTRA_VERSION "\n", program_invocation_short_name);
    else if (!program->run(&options, argc - first, argv + first, error))
        return false;
    return flush(error);
}

int program_main(int argc, char **argv, const struct program *program)
{
    struct error error = { 0 };
    protect();
    report_begin();
    return run_program(argc, argv, program, &error) ? 0 : error_print(&error);
}
