/* SPDX-License-Identifier: MIT */
/* entra setup: configures other programs to get their tokens from our helpers. */
#include "helpers/entra/setup/setup.h"

#include <stdio.h>
#include <string.h>

#include "common/base/array.h"
#include "common/base/deadline.h"
#include "common/base/output.h"
#include "common/base/subprocess.h"
#include "common/entra/child_environment.h"
#include "helpers/entra/entra.h"

#define COMMAND_MILLISECONDS 30000
#define COMMAND_OUTPUT_MAX   4096

/* Words of a command line that are collected. */
struct collection {
    struct setup_storage *storage;
    const char **words;
    size_t count;
};

static void collect_option(void *context, const char *name, const char *value)
{
    struct collection *collection = context;
    struct setup_storage *storage = collection->storage;
    collection->words[collection->count++] = name;
    if (value == NULL)
        return;
    if (strcmp(name, "--timeout") == 0) {
        snprintf(storage->seconds, sizeof storage->seconds, "%.15s", value);
        value = storage->seconds;
    }
    collection->words[collection->count++] = value;
}

void setup_helper_options(const struct options *options, struct setup_storage *storage,
                          const char *ret_words[SETUP_WORDS_MAX])
{
    struct collection collection = { storage, ret_words, 0 };
    _Static_assert(2 * (OPTIONS_COMMON_MAX + OPTIONS_SCOPES_MAX) < SETUP_WORDS_MAX, "all fit");
    options_each(options, OPTION_OF_HELPER, collect_option, &collection);
    ret_words[collection.count] = NULL;
}

static void quote_word(FILE *text, const char *word)
{
    const char *plain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
                        "-._/:=@%+,";
    if (word[0] != '\0' && word[strspn(word, plain)] == '\0') {
        fputs(word, text);
        return;
    }
    fputc('\'', text);
    for (; *word != '\0'; word++)
        fputs(*word == '\'' ? "'\\''" : (char[]){ *word, '\0' }, text);
    fputc('\'', text);
}

char *setup_quote(char *const *words)
{
    char *text = NULL;
    size_t length = 0;
    FILE *stream = open_memstream(&text, &length);
    for (size_t i = 0; words[i] != NULL; i++) {
        if (i > 0)
            fputc(' ', stream);
        quote_word(stream, words[i]);
    }
    fclose(stream);
    return text;
}

bool setup_run(const struct options *options, char *const *command, struct error *error)
{
    int status = 0;
    autofree char *line = setup_quote(command);
    output_line("%s", line);
    if (fflush(stdout) != 0)
        return error_set(error, ERROR_OTHER,
                         "cannot write to stdout, so the command is not run: %m");
    if (options->own[SETUP_DRY_RUN] != NULL)
        return true;
    auto_secret struct secret *output =
        subprocess_run(command, child_environment_without_secrets, NULL, COMMAND_OUTPUT_MAX,
                       deadline_in(COMMAND_MILLISECONDS), &status, error);
    return output != NULL &&
           (status == 0 || error_set(error, ERROR_OTHER, "command failed: %.500s", line));
}

struct secret *setup_query(char *const *command, size_t max, struct error *error)
{
    int status = 0;
    auto_secret struct secret *output =
        subprocess_run(command, child_environment_without_secrets, NULL, max,
                       deadline_in(COMMAND_MILLISECONDS), &status, error);
    if (output == NULL || status == 0 || status == 1) /* 1: git found nothing */
        return steal(&output);
    autofree char *line = setup_quote(command);
    error_set(error, ERROR_OTHER, "command failed: %.500s", line);
    return NULL;
}

/* ---- entra setup ---- */

static const struct program *const tools[] = { &entra_setup_git, &entra_setup_kubectl };

/* The last word of its name. */
static const char *tool_name(const struct program *tool)
{
    return strrchr(tool->name, ' ') + 1;
}

const struct program *setup_find(const char *name)
{
    for (size_t i = 0; i < ARRAY_SIZE(tools); i++)
        if (strcmp(name, tool_name(tools[i])) == 0)
            return tools[i];
    return NULL;
}

static bool run_setup(const struct options *options, int count, char **operands,
                      struct error *error)
{
    (void)options;
    if (count > 0 && setup_find(operands[0]) != NULL)
        error_set(error, ERROR_USAGE, "'%s' must come first: %s [OPTION]...", operands[0],
                  setup_find(operands[0])->name);
    else if (count > 0)
        error_set(error, ERROR_USAGE, "cannot set up '%.40s': only git and kubectl are supported",
                  operands[0]);
    else
        error_set(error, ERROR_USAGE, "no program to set up given");
    return error_hint(error, "See 'entra setup --help'.");
}

const struct program entra_setup = {
    .name = "entra setup",
    .usage = "git|kubectl [OPTION]...",
    .summary = "Configures another program to get its tokens from our helper, and shows the\n"
               "changes. The helper is configured with the options given here.\n"
               "\n"
               "  git                    for Azure DevOps, for the API of --api, or for the URLs\n"
               "  kubectl                for the users of kubelogin or AKS in kubeconfigs",
    .examples = "entra setup git\n"
                "entra setup kubectl --dry-run\n"
                "entra setup git --help",
    .is_typed = true,
    .run = run_setup,
};
