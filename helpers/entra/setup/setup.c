/* SPDX-License-Identifier: MIT */
/* entra setup: configures other programs to get their tokens from our helpers. */
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
} tools[] = {
    { "git", setup_git },
    { "kubectl", setup_kubectl },
};

/* The common options, except those that concern a single run (--verbose, --help, --version). */
static const struct {
    const char *name;
    enum option_kind kind;
    size_t offset;
} helper_options[] = {
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
#define HELPER_OPTIONS ARRAY_SIZE(helper_options)
_Static_assert(2 * (HELPER_OPTIONS + OPTIONS_SCOPES_MAX) < SETUP_WORDS_MAX, "all options fit");

static size_t put_option(const char **words, const char *name, const char *value)
{
    if (value == NULL)
        return 0;
    words[0] = name;
    words[1] = value;
    return 2;
}

void setup_helper_options(const struct options *options, struct setup_storage *storage,
                          const char *ret_words[SETUP_WORDS_MAX])
{
    size_t count = 0;
    snprintf(storage->seconds, sizeof storage->seconds, "%d", options->timeout);
    for (size_t i = 0; i < HELPER_OPTIONS; i++) {
        const char *name = helper_options[i].name;
        const void *member = (const char *)options + helper_options[i].offset;
        const char *const *texts = member;
        const char *value = NULL;
        switch (helper_options[i].kind) {
        case OPTION_FLAG:
            if (*(const bool *)member)
                ret_words[count++] = name;
            break;
        case OPTION_SECONDS:
            value = options->timeout > 0 ? storage->seconds : NULL;
            count += put_option(ret_words + count, name, value);
            break;
        case OPTION_SCOPE:
            for (size_t k = 0; k < options->scope_count; k++)
                count += put_option(ret_words + count, name, texts[k]);
            break;
        default:
            value = *texts;
            /* The helper will run in other working directories. */
            if (value != NULL && value == options->config &&
                realpath(value, storage->config) != NULL)
                value = storage->config;
            count += put_option(ret_words + count, name, value);
        }
    }
    ret_words[count] = NULL;
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
                         "stdout cannot be written, so the command is not run: %m");
    if (options->dry_run)
        return true;
    auto_secret struct secret *output =
        subprocess_run(command, child_environment_without_secrets, COMMAND_OUTPUT_MAX,
                       deadline_in(COMMAND_MILLISECONDS), &status, error);
    return output != NULL &&
           (status == 0 || error_set(error, ERROR_OTHER, "command failed: %.500s", line));
}

struct secret *setup_query(char *const *command, size_t max, struct error *error)
{
    int status = 0;
    return subprocess_run(command, child_environment_without_secrets, max,
                          deadline_in(COMMAND_MILLISECONDS), &status, error);
}

static bool run_setup(const struct options *options, int count, char **operands,
                      struct error *error)
{
    for (size_t i = 0; count > 0 && i < ARRAY_SIZE(tools); i++)
        if (strcmp(operands[0], tools[i].name) == 0)
            return tools[i].run(options, count - 1, operands + 1, error);
    if (count > 0)
        error_set(error, ERROR_USAGE, "cannot set up '%.40s': only git and kubectl are supported",
                  operands[0]);
    else
        error_set(error, ERROR_USAGE, "no program to set up given");
    return error_hint(error, "See entra setup --help.");
}

static const struct option_spec own_options[] = {
    { "dry-run", NULL, "show what would be done, and change nothing", OPTION_FLAG,
      offsetof(struct options, dry_run) },
    { "remove", NULL, "git: undo what setup did", OPTION_FLAG, offsetof(struct options, remove) },
    { "context", "NAME", "kubectl: convert only the user of this context", OPTION_TEXT,
      offsetof(struct options, own[SETUP_CONTEXT]) },
    { "kubeconfig", "FILE", "kubectl: convert this file, not those of KUBECONFIG", OPTION_TEXT,
      offsetof(struct options, own[SETUP_KUBECONFIG]) },
    { "login", "MODE", "kubectl: the login of exec-credential-entra to set", OPTION_TEXT,
      offsetof(struct options, own[SETUP_LOGIN]) },
    { NULL, NULL, NULL, OPTION_FLAG, 0 },
};

const struct program entra_setup = {
    .usage = "entra setup git|kubectl [OPTION]... [URL]...",
    .summary = "Configures another program to get its tokens from our helper, and shows the\n"
               "changes. The helper is configured with the options given here.\n"
               "\n"
               "  git                    for Azure DevOps, for the API of --api, or for the URLs\n"
               "  kubectl                for the users of kubelogin or AKS in kubeconfigs",
    .options = own_options,
    .run = run_setup,
};
