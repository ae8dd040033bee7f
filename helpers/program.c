/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "helpers/program.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/base/cleanup.h"
#include "common/base/deadline.h"
#include "common/base/environment.h"
#include "common/base/file.h"
#include "common/base/output.h"
#include "common/base/secret.h"
#include "common/base/signals.h"
#include "common/entra/error_report.h"
#include "common/entra/url_typed.h"
#include "helpers/document.h"

/* If descriptor 0, 1 or 2 were closed, the next file or socket opened would get its number and be
 * read as our input or receive our output. This opens /dev/null in its place, for reading only, so
 * that writing to it fails. The root folder does as well, where there is no /dev. If nothing can be
 * opened, the program must not go on. */
static void keep_standard_descriptors(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
        if (fcntl(fd, F_GETFD) != -1 || open("/dev/null", O_RDONLY) == fd ||
            open("/", O_PATH) == fd)
            continue;
        notice("%s: descriptor %d is closed, and /dev/null cannot be opened: %m",
               program_invocation_short_name, fd);
        _exit(ERROR_OTHER);
    }
}

bool program_find_config(const struct program *program, struct options *options, char **ret_path,
                         struct error *error)
{
    if (!program->is_typed || options->config == NULL)
        return true;
    autofree char *folder = getcwd(NULL, 0);
    if (folder == NULL && options->config[0] != '/')
        return error_set(error, ERROR_USAGE, "--config '%.200s': the working directory: %s",
                         options->config, strerror(errno));
    options->config = *ret_path = file_path_below(folder, options->config);
    return true;
}

static const struct command *find_command(const struct program *program, const char *name)
{
    for (const struct command *command = program->commands;
         command != NULL && command->name != NULL; command++)
        if (strcmp(name, command->name) == 0)
            return command;
    return NULL;
}

const struct program *program_find(const struct program *program, int count, char *const *words,
                                   int *ret_used)
{
    const struct command *command;
    int used = 0;
    while (used < count && (command = find_command(program, words[used])) != NULL) {
        program = command->program;
        used++;
    }
    *ret_used = used;
    return program;
}

bool program_fail_operand(const char *operand, struct error *error)
{
    return error_set(error, ERROR_USAGE, "unexpected argument '%s'", url_typed_shown(operand).text);
}

struct option_set program_options(const struct program *program)
{
    return (struct option_set){ .program = program->name,
                                .own = program->make_options != NULL ? program->make_options()
                                                                     : program->options,
                                .common = program->common,
                                .ends_at_operand = program->runs_a_command };
}

/* Each command of entra has a manual page of its own, unlike those of other programs. */
static void print_page(const char *name)
{
    bool has_own = strncmp(name, "entra", strlen("entra")) == 0;
    fputs("\nSee ", stdout);
    for (const char *c = name; *c != '\0' && (has_own || *c != ' '); c++)
        putchar(*c == ' ' ? '-' : *c);
    fputs("(1).\n", stdout);
}

void program_print_help(const struct program *program)
{
    const struct option_set set = program_options(program);
    printf("usage: %s %s\n%s\n", program->name, program->usage, program->summary);
    for (const struct command *command = program->commands;
         command != NULL && command->name != NULL; command++)
        printf("%s  %-22s %s\n", command == program->commands ? "\n" : "", command->name,
               command->help);
    options_print_help(&set);
    if (program->examples != NULL)
        fputs("\nExamples:\n", stdout);
    for (const char *line = program->examples; line != NULL && line[0] != '\0';) {
        size_t length = strcspn(line, "\n");
        printf("    %.*s\n", (int)length, line);
        line += length + (line[length] == '\n');
    }
    print_page(program->name);
}

void program_print_version(const struct options *options)
{
    if (document_is_wanted(options))
        document_set_text("version", ENTRA_VERSION);
    else
        printf("%s " ENTRA_VERSION "\n", program_invocation_short_name);
}

/* Whether the command line asks for JSON, as far as that can be read from one with a fault. */
static bool asks_for_json(int argc, char **argv, const struct option_set *set)
{
    bool has_output = false, asks = false;
    for (const struct option_spec *own = set->own; own != NULL && own->name != NULL; own++)
        has_output = has_output || own->offset == offsetof(struct options, output);
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
        asks = asks || strcmp(argv[i], "--output=json") == 0 ||
               (strcmp(argv[i], "json") == 0 && strcmp(argv[i - 1], "--output") == 0);
    return has_output && asks;
}

static bool run_program(int argc, char **argv, const struct program *program, struct error *error)
{
    struct options options = { 0 };
    autofree char *config = NULL;
    int first = 0;
    const struct option_set set = program_options(program);
    bool parsed = options_parse(argc, argv, &set, &options, &first, error);
    /* All of this applies to the report of a faulty option too. */
    reporting.verbose = reporting.verbose || options.verbose;
    if (document_is_wanted(&options) || (!parsed && asks_for_json(argc, argv, &set)))
        reporting.as_json = true;
    if (options.timeout > 0)
        output_set_limit(options.timeout);
    if (!parsed)
        return false;
    if (options.help)
        program_print_help(program);
    else if (options.version)
        program_print_version(&options);
    else
        return program_find_config(program, &options, &config, error) &&
               program->run(&options, argc - first, argv + first, error);
    return true;
}

/* Ends what goes to stdout: the document, and what was printed through stdio (help, tables). */
static bool finish_output(struct error *error)
{
    document_print();
    return (fflush(stdout) == 0 && ferror(stdout) == 0) || output_fail(error);
}

void program_begin(void)
{
    secret_protect_process();
    deadline_begin();
    environment_disarm();
    output_begin();
    keep_standard_descriptors();
    signals_begin();
}

static int exit_code;

void program_set_exit_code(int code)
{
    exit_code = code;
}

int program_main(int argc, char **argv, const struct program *program)
{
    struct error error = { 0 };
    program_begin();
    report_begin();
    struct error unwritten = { 0 };
    bool ok = run_program(argc, argv, program, &error);
    bool is_written = finish_output(&unwritten);
    return !ok ? error_print(&error) : !is_written ? error_print(&unwritten) : exit_code;
}
