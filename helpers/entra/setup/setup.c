/* SPDX-License-Identifier: MIT */
/* entra setup: writes into other programs' configuration that they are to ask us. */
#include "helpers/entra/setup/setup.h"

#include <stdio.h>
#include <string.h>

#include "common/base/array.h"
#include "common/base/deadline.h"
#include "common/base/subprocess.h"
#include "common/entra/child_environment.h"
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
#define THINGS ARRAY_SIZE(things)

/* ---- for those who set up ---- */

/* All that the helpers take, but for what is about this one run. */
static const struct {
    const char *name;
    enum option_kind kind;
    size_t offset;
} handed_on[] = {
    { "--config", OPTION_TEXT, offsetof(struct options, config) },
    { "--api", OPTION_TEXT, offsetof(struct options, api) },
    { "--scope", OPTION_SCOPE, offsetof(struct options, scopes) },
    { "--resource", OPTION_TEXT, offsetof(struct options, resource) },
    { "--tenant", OPTION_TEXT, offsetof(struct options, tenant) },
    { "--client-id", OPTION_TEXT, offsetof(struct options, client_id) },
    { "--authority", OPTION_TEXT, offsetof(struct options, authority) },
    { "--force-refresh", OPTION_FLAG, offsetof(struct options, force_refresh) },
    { "--claims", OPTION_TEXT, offsetof(struct options, claims) },
    { "--managed-identity", OPTION_FLAG, offsetof(struct options, managed_identity) },
    { "--account", OPTION_TEXT, offsetof(struct options, account) },
    { "--keyring", OPTION_TEXT, offsetof(struct options, keyring) },
    { "--timeout", OPTION_SECONDS, offsetof(struct options, timeout) },
};
#define HANDED_ON ARRAY_SIZE(handed_on)
_Static_assert(2 * (HANDED_ON + OPTIONS_SCOPES_MAX) < SETUP_HANDED_ON_MAX, "all have a place");

static size_t put(const char **words, const char *name, const char *value)
{
    if (value == NULL)
        return 0;
    words[0] = name;
    words[1] = value;
    return 2;
}

/* Whoever asks later does so from another folder. */
static const char *absolute(const struct options *options, const char *text,
                            struct setup_room *room)
{
    bool is_file = text != NULL && text == options->config;
    return is_file && realpath(text, room->config) != NULL ? room->config : text;
}

void setup_hand_on(const struct options *options, struct setup_room *room,
                   const char *words[SETUP_HANDED_ON_MAX])
{
    size_t count = 0;
    snprintf(room->seconds, sizeof room->seconds, "%d", options->timeout);
    for (size_t i = 0; i < HANDED_ON; i++) {
        const char *name = handed_on[i].name;
        const void *member = (const char *)options + handed_on[i].offset;
        const char *const *texts = member;
        switch (handed_on[i].kind) {
        case OPTION_FLAG:
            if (*(const bool *)member)
                words[count++] = name;
            break;
        case OPTION_SECONDS:
            count += put(words + count, name, options->timeout > 0 ? room->seconds : NULL);
            break;
        case OPTION_SCOPE:
            for (size_t k = 0; k < options->scope_count; k++)
                count += put(words + count, name, texts[k]);
            break;
        default:
            count += put(words + count, name, absolute(options, *texts, room));
        }
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
    if (puts(line) == EOF || fflush(stdout) != 0)
        return error_set(error, ERROR_OTHER,
                         "stdout cannot be written, to show what would be done: %m");
    if (options->dry_run)
        return true;
    auto_secret struct secret *output =
        subprocess_run(command, child_environment_without_secrets, COMMAND_OUTPUT_MAX,
                       deadline_in(COMMAND_MILLISECONDS), &status, error);
    return output != NULL &&
           (status == 0 || error_set(error, ERROR_OTHER, "this command failed: %.500s", line));
}

struct secret *setup_look(char *const *command, size_t max, struct error *error)
{
    int status = 0;
    return subprocess_run(command, child_environment_without_secrets, max,
                          deadline_in(COMMAND_MILLISECONDS), &status, error);
}

static bool run_setup(const struct options *options, int count, char **operands,
                      struct error *error)
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
    .run = run_setup,
};
