/* entra setup: writes into other programs' configuration that they are to ask us. */
#include "helpers/entra/setup.h"

#include <stdio.h>
#include <string.h>

#include "common/command.h"
#include "common/deadline.h"
#include "helpers/entra/entra.h"

#define COMMAND_MILLISECONDS 30000
#define COMMAND_OUTPUT_MAX   4096

static const struct {
    const char *name;
    bool (*run)(const struct options *, int, char **, struct error *);
} things[] = {
    { "git", setup_git },
    { "kubectl", setup_kubectl },
};
#define THINGS (sizeof things / sizeof things[0])

/* ---- for those who set up ---- */

static const struct {
    const char *name;
    size_t offset;
} handed_on[] = {
    { "--config", offsetof(struct options, config) },
    { "--api", offsetof(struct options, api) },
    { "--tenant", offsetof(struct options, tenant) },
    { "--client-id", offsetof(struct options, client_id) },
    { "--authority", offsetof(struct options, authority) },
    { "--keyring", offsetof(struct options, keyring) },
};

void setup_hand_on(const struct options *options, char config[PATH_MAX],
                   const char *words[SETUP_HANDED_ON_MAX])
{
    size_t count = 0;
    for (size_t i = 0; i < sizeof handed_on / sizeof handed_on[0]; i++) {
        const char *value =
            *(const char *const *)(const void *)((const char *)options + handed_on[i].offset);
        if (value == NULL)
            continue;
        bool is_file = handed_on[i].offset == offsetof(struct options, config);
        words[count++] = handed_on[i].name;
        words[count++] = is_file && realpath(value, config) != NULL ? config : value;
    }
    words[count] = NULL;
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
    if (stream == NULL)
        return NULL;
    for (size_t i = 0; words[i] != NULL; i++) {
        if (i > 0)
            fputc(' ', stream);
        quote_word(stream, words[i]);
    }
    if (fclose(stream) != 0) {
        free(text);
        return NULL;
    }
    return text;
}

bool setup_run(const struct options *options, char *const *command, struct error *error)
{
    int status = 0;
    autofree char *line = setup_quote(command);
    if (line == NULL)
        return error_no_memory(error);
    puts(line);
    if (options->dry_run)
        return true;
    fflush(stdout);
    auto_secret struct secret *output =
        command_run(command, COMMAND_OUTPUT_MAX, deadline_in(COMMAND_MILLISECONDS), &status, error);
    return output != NULL &&
           (status == 0 || error_set(error, ERROR_OTHER, "this command failed: %.500s", line));
}

struct secret *setup_look(char *const *command, size_t max, struct error *error)
{
    int status = 0;
    return command_run(command, max, deadline_in(COMMAND_MILLISECONDS), &status, error);
}

static bool run(const struct options *options, int count, char **operands, struct error *error)
{
    for (size_t i = 0; count > 0 && i < THINGS; i++)
        if (strcmp(operands[0], things[i].name) == 0)
            return things[i].run(options, count - 1, operands + 1, error);
    if (count > 0)
        error_set(error, ERROR_USAGE, "there is nothing called '%.40s' to set up", operands[0]);
    else
        error_set(error, ERROR_USAGE, "it is not said what to set up");
    return error_hint(error, "See entra setup --help.");
}

static const struct option_spec own_options[] = {
    { "dry-run", NULL, "show what would be done, and change nothing", OPTION_FLAG,
      offsetof(struct options, dry_run) },
    { "remove", NULL, "undo what setup did", OPTION_FLAG, offsetof(struct options, remove) },
    { "context", "NAME", "kubectl: only the user of this context", OPTION_TEXT,
      offsetof(struct options, own[SETUP_CONTEXT]) },
    { "kubeconfig", "FILE", "kubectl: this file, and not those of KUBECONFIG", OPTION_TEXT,
      offsetof(struct options, own[SETUP_KUBECONFIG]) },
    { "login", "MODE", "kubectl: who asks, as exec-credential-entra has it", OPTION_TEXT,
      offsetof(struct options, own[SETUP_LOGIN]) },
    { NULL, NULL, NULL, OPTION_FLAG, 0 },
};

const struct program entra_setup = {
    .usage = "entra setup git|kubectl [OPTION]... [URL]...",
    .summary =
        "Has another program ask here for tokens: changes its configuration, and shows how.\n"
        "The options of the helper go into it.\n"
        "\n"
        "  git                    for Azure DevOps, for the API of --api, or for the URLs\n"
        "  kubectl                kubeconfigs whose users ask kubelogin, or are of AKS",
    .options = own_options,
    .run = run,
};
