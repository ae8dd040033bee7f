/* SPDX-License-Identifier: MIT */
/* Cargo's credential provider: credential-provider = "cargo-credential-entra". */
#define _GNU_SOURCE
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "common/base/deadline.h"
#include "common/base/line_reader.h"
#include "common/base/user.h"
#include "common/entra/error_report.h"
#include "helpers/cargo/cargo_answer.h"
#include "helpers/cargo/cargo_request.h"
#include "helpers/feed/feed_token.h"
#include "helpers/host_tool.h"
#include "helpers/programs.h"
#include "keyring/silence.h"

/* The indices of our own options in options->own. */
enum own_option {
    CARGO_PLUGIN,
};

/* One request, and what is known of it. */
struct job {
    struct cargo_request request;
    char *challenge;
    struct options options; /* those of Cargo's configuration before those of our command line */
    struct feed feed;
    struct feed_token token;
};

static void job_clear(struct job *job)
{
    feed_token_clear(&job->token);
    cargo_request_clear(&job->request);
    free(job->challenge);
}

/* ---- what is asked for ---- */

/* The arguments that Cargo has for us are in its request. */
static bool read_arguments(struct job *job, const struct options *outer, struct error *error)
{
    static char name[] = "cargo-credential-entra";
    const struct option_set set = { .program = name, .common = OPTIONS_ALL };
    char *argv[CARGO_ARGS_MAX + 2] = { name };
    int count = (int)job->request.arg_count + 1, first = 0;
    for (int i = 1; i < count; i++)
        argv[i] = (char *)job->request.args[i - 1];
    if (!options_parse(count, argv, &set, &job->options, &first, error))
        return false;
    if (first < count)
        return program_fail_operand(argv[first], error);
    if (job->options.help || job->options.version)
        return error_set(error, ERROR_USAGE,
                         "--help and --version are not for Cargo's "
                         "configuration");
    options_fill(&job->options, outer);
    reporting.verbose = reporting.verbose || job->options.verbose;
    return true;
}

/* ---- the operations ---- */

static bool may_always_ask(void)
{
    return true;
}

/* Without a sign-in, another provider may have a token, and `cargo login` helps; so Cargo goes on,
 * and does not show the error. */
static enum cargo_end fail_without_token(struct error *error)
{
    if (error->kind != ERROR_SIGN_IN)
        return CARGO_FAILED;
    error_print(error);
    return CARGO_NOT_FOUND;
}

static enum cargo_end get(struct job *job, struct secret **answer, struct error *error)
{
    enum config_match match = feed_token_get(&job->options, &job->feed, &job->token, error);
    if (match != CONFIG_MATCH)
        return match == CONFIG_FAILED ? fail_without_token(error) : CARGO_URL_NOT_SUPPORTED;
    *answer = cargo_answer_token(&job->token.result.token);
    return CARGO_DONE;
}

/* The request of a user's token; NULL if there is none. */
static const struct token_request *find_user(const struct token_candidates *candidates)
{
    for (size_t i = 0; i < candidates->count; i++)
        if (candidates->items[i].for_user)
            return &candidates->items[i];
    return NULL;
}

/* Has the user sign in. For an app, whether it gets a token is all that there is to see. */
static bool sign_in(struct feed_token *token, struct error *error)
{
    const struct token_request *user = find_user(&token->candidates);
    silence_forget();
    if (user == NULL)
        return tokens_get(&token->tokens, &token->candidates, &token->result, error);
    if (!tokens_sign_in(&token->tokens, user, &token->result, error))
        return false;
    notice("Signed in as %s.", token->result.username);
    return true;
}

static enum cargo_end login(struct job *job, struct secret **answer, struct error *error)
{
    (void)answer;
    job->feed.may_ask = may_always_ask;
    enum config_match match = feed_token_prepare(&job->options, &job->feed, &job->token, error);
    if (match != CONFIG_MATCH)
        return match == CONFIG_FAILED ? CARGO_FAILED : CARGO_URL_NOT_SUPPORTED;
    if (job->request.has_token) {
        error_set(error, ERROR_USAGE,
                  "a token was given, and only tokens of Microsoft Entra are "
                  "used here");
        error_hint(error, "Run 'cargo login' without a token.");
        return CARGO_FAILED;
    }
    if (sign_in(&job->token, error))
        return CARGO_DONE;
    error_wanted(error, "cannot sign in");
    return CARGO_FAILED;
}

/* Erases the access token. The sign-in is git's and kubectl's too, so it stays. */
static enum cargo_end logout(struct job *job, struct secret **answer, struct error *error)
{
    struct feed_token *token = &job->token;
    int64_t received_on = 0;
    (void)answer;
    enum config_match match = feed_token_prepare(&job->options, &job->feed, token, error);
    if (match != CONFIG_MATCH)
        return match == CONFIG_FAILED ? CARGO_FAILED : CARGO_URL_NOT_SUPPORTED;
    if (!tokens_erase(&token->tokens, &token->candidates, NULL, &received_on, error)) {
        error_wanted(error, "the token for %s is not erased", token->api);
        return CARGO_FAILED;
    }
    if (received_on == 0)
        return CARGO_NOT_FOUND;
    if (find_user(&token->candidates) != NULL)
        notice("The token for %s is erased. The user stays signed in; 'entra logout' signs out.",
               token->api);
    return CARGO_DONE;
}

static enum cargo_end refuse(struct job *job, struct secret **answer, struct error *error)
{
    (void)job, (void)answer, (void)error;
    return CARGO_OPERATION_NOT_SUPPORTED;
}

static enum cargo_end (*const operations[])(struct job *, struct secret **, struct error *) = {
    [CARGO_GET] = get,
    [CARGO_LOGIN] = login,
    [CARGO_LOGOUT] = logout,
    [CARGO_UNKNOWN] = refuse,
};

static enum cargo_end perform(struct job *job, const struct options *options,
                              struct secret **answer, struct error *error)
{
    if (!read_arguments(job, options, error))
        return CARGO_FAILED;
    job->challenge = cargo_request_challenge(&job->request);
    job->feed = (struct feed){ .url = cargo_request_url(&job->request),
                               .challenge = job->challenge,
                               .may_ask = user_is_present };
    if (job->feed.url == NULL)
        return CARGO_URL_NOT_SUPPORTED;
    return operations[job->request.kind](job, answer, error);
}

/* ---- the program ---- */

/* Cargo shows no message of a program that ends with another status than 0, so an error that it is
 * told is not one of this program. */
static bool answer_line(const struct options *options, const struct secret *line,
                        struct error *error)
{
    CLEANUP(job_clear) struct job job = { 0 };
    struct error why = { 0 };
    auto_secret struct secret *answer = NULL;
    enum cargo_end end = CARGO_FAILED;
    deadline_begin();
    if (cargo_request_parse(line->bytes, line->length, &job.request, &why))
        end = perform(&job, options, &answer, &why);
    if (answer == NULL)
        answer = cargo_answer_end(end, job.request.kind, &why);
    return host_tool_write(answer, error);
}

/* Always returns false, with errno said. */
static bool fail_to_read(int seconds, struct error *error)
{
    if (errno == EMSGSIZE)
        return error_set(error, ERROR_OTHER, "Cargo's request is longer than %d bytes",
                         CARGO_LINE_MAX);
    if (errno == ENODATA)
        return error_set(error, ERROR_OTHER, "Cargo's request ends in the middle of a line");
    if (errno == ETIMEDOUT)
        return error_set(error, ERROR_OTHER, "Cargo's request has no end after %d s", seconds);
    return error_set(error, ERROR_OTHER, "Cargo's request cannot be read: %s", strerror(errno));
}

/* Cargo closes stdin when it has its answer. */
static bool answer_lines(const struct options *options, struct error *error)
{
    int seconds = tokens_timeout(options);
    int64_t limit = (int64_t)seconds * 1000;
    auto_line_reader struct line_reader reader = {
        .fd = STDIN_FILENO, .max = CARGO_LINE_MAX, .idle = limit, .limit = limit
    };
    auto_secret struct secret *hello = secret_from_text(CARGO_HELLO);
    if (!host_tool_write(hello, error))
        return false;
    for (;;) {
        auto_secret struct secret *line = NULL;
        enum line_end end = line_reader_next(&reader, &line);
        if (end != LINE_WHOLE)
            return end == LINE_NONE || fail_to_read(seconds, error);
        if (!answer_line(options, line, error))
            return false;
    }
}

static bool answer_cargo(const struct options *options, int count, char **operands,
                         struct error *error)
{
    if (count > 0)
        return program_fail_operand(operands[0], error);
    if (options->own[CARGO_PLUGIN] == NULL) {
        error_set(error, ERROR_USAGE, "Cargo runs this program, with --cargo-plugin");
        return error_hint(error, "Name it as the credential-provider of a registry in Cargo's "
                                 "configuration: see cargo-credential-entra(1).");
    }
    return answer_lines(options, error);
}

static const struct option_spec own_options[] = {
    { "cargo-plugin", NULL, "answer Cargo's requests; Cargo gives this option", OPTION_OWN_FLAG,
      OPTION_OWN(CARGO_PLUGIN), 0 },
    { .name = NULL },
};

const struct program cargo_credential_program = {
    .name = "cargo-credential-entra",
    .usage = "--cargo-plugin [OPTION]...",
    .summary = "Gives Cargo a Microsoft Entra token for registries that accept one, such as\n"
               "feeds of Azure Artifacts. Cargo calls it if it is the credential-provider of\n"
               "the registry, and passes on the options of its configuration.",
    .examples = "cargo login --registry contoso\n"
                "cargo publish --registry contoso",
    .options = own_options,
    .common = OPTIONS_ALL,
    .run = answer_cargo,
};

int cargo_credential_entra(int argc, char **argv)
{
    return program_main(argc, argv, &cargo_credential_program);
}
