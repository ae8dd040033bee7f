/* git's credential helper: credential.helper = entra. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/config/config.h"
#include "common/program.h"
#include "common/tokens.h"
#include "helpers/git_request.h"

static bool print(const struct secret *answer, struct error *error)
{
    if (answer == NULL)
        return error_no_memory(error);
    return secret_write(answer, STDOUT_FILENO) ||
           error_set(error, ERROR_OTHER, "git does not read the answer: %s", strerror(errno));
}

/* Where an app's identity is configured, git dies with our message instead of asking a person for a
 * password. */
static bool quit(const struct token_request *request, const struct error *error)
{
    struct error ignored;
    if (request->credential_count == 0 || request->unconfigured)
        return false;
    auto_secret struct secret *answer = secret_format("quit=1\n");
    print(answer, &ignored);
    return error->kind == ERROR_NONE;
}

/* What all operations begin with: whose token the request is about. */
static enum config_match find_request(const struct options *options,
                                      const struct git_request *git_request,
                                      struct token_request *request, struct error *error)
{
    struct url url;
    if (!git_request_url(git_request, &url)) {
        trace("configuration: not a host of ours: no answer");
        return CONFIG_NO_MATCH;
    }
    auto_config struct config *config = config_load(options, error);
    if (config == NULL)
        return CONFIG_FAILED;
    enum config_match match = config_request_for_url(config, options, &url, request, error);
    if (match == CONFIG_NO_MATCH)
        trace("configuration: no API's BaseUrl matches %s://%s: no answer%s",
              url.https ? "https" : "http", url.host,
              url.has_path ? "" : " (git told no path; see credential.useHttpPath)");
    return match;
}

static bool get(const struct options *options, const struct git_request *git_request,
                struct error *error)
{
    auto_token_request struct token_request request = { 0 };
    auto_token struct token token = { 0 };
    struct tokens tokens;
    switch (find_request(options, git_request, &request, error)) {
    case CONFIG_NO_MATCH:
        return true;
    case CONFIG_FAILED:
        return quit(&request, error);
    case CONFIG_MATCH:
        break;
    }
    if (!tokens_open(&tokens, options, error) || !tokens_get(&tokens, &request, &token, error)) {
        error_wanted(error, "no token for %s", request.api);
        return quit(&request, error);
    }
    auto_secret struct secret *answer = git_answer_format(git_request, &request, &token);
    return print(answer, error);
}

/* git was refused with this credential. */
static bool erase(const struct options *options, const struct git_request *git_request,
                  struct error *error)
{
    auto_token_request struct token_request request = { 0 };
    struct tokens tokens;
    const char *refused =
        git_request->credential != NULL ? git_request->credential : git_request->password;
    if (refused == NULL)
        return true;
    switch (find_request(options, git_request, &request, error)) {
    case CONFIG_NO_MATCH:
        return true;
    case CONFIG_FAILED:
        return false;
    case CONFIG_MATCH:
        break;
    }
    return tokens_open(&tokens, options, error) &&
           token_store_erase(&tokens.store, &request, refused, strlen(refused), tokens.deadline,
                             error);
}

/* Tokens are kept when they come; nothing that git offers is. */
static bool store(const struct options *options, const struct git_request *git_request,
                  struct error *error)
{
    (void)options, (void)git_request, (void)error;
    return true;
}

static const struct {
    const char *name;
    bool (*run)(const struct options *, const struct git_request *, struct error *);
} operations[] = { { "get", get }, { "store", store }, { "erase", erase } };

static bool run(const struct options *options, int count, char **operands, struct error *error)
{
    if (count != 1) {
        error_set(error, ERROR_USAGE,
                  "exactly one operation belongs here: get, store, erase or "
                  "capability");
        return error_hint(error, "git calls this program: git config --global credential.helper "
                                 "entra");
    }
    if (strcmp(operands[0], "capability") == 0) {
        fputs("version 0\ncapability authtype\n", stdout);
        return true;
    }
    for (size_t i = 0; i < sizeof operations / sizeof operations[0]; i++) {
        if (strcmp(operands[0], operations[i].name) != 0)
            continue;
        struct git_request request;
        auto_secret struct secret *input = secret_read(STDIN_FILENO, GIT_INPUT_MAX);
        if (input == NULL)
            return error_set(error, ERROR_OTHER, "git's request cannot be read: %s",
                             strerror(errno));
        return git_request_parse(input->bytes, input->length, &request, error) &&
               operations[i].run(options, &request, error);
    }
    return true; /* gitcredentials(7): an operation that is not known is silently ignored */
}

static const struct program program = {
    .usage = "git-credential-entra [OPTION]... get|store|erase|capability",
    .summary = "Gives git a Microsoft Entra token for hosts that take one. git calls it where its\n"
               "configuration says credential.helper = entra; see git-credential-entra(1).",
    .run = run,
};

int main(int argc, char **argv)
{
    return program_main(argc, argv, &program);
}
