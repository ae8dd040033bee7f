/* SPDX-License-Identifier: MIT */
/* git's credential helper: credential.helper = entra. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/base/array.h"
#include "common/base/json.h"
#include "common/base/program.h"
#include "common/entra/jwt.h"
#include "common/store/stored_credentials.h"
#include "common/tokens/tokens.h"
#include "helpers/git/git_claims.h"
#include "helpers/git/git_inquiry.h"

static bool print_answer(const struct secret *answer, struct error *error)
{
    if (answer == NULL)
        return error_no_memory(error);
    return secret_write(answer, STDOUT_FILENO) ||
           error_set(error, ERROR_OTHER, "git does not read the answer: %s", strerror(errno));
}

/* Where an app's identity is configured, git dies with our message instead of asking a person for a
 * password. Always false, to be returned at once. */
static bool quit(const struct token_request *request)
{
    struct error ignored;
    if (request->credential_count == 0 || request->unconfigured)
        return false;
    auto_secret struct secret *answer = secret_format("quit=1\n");
    print_answer(answer, &ignored);
    return false;
}

/* The same where no request was made yet, which tells whether an app is configured. Where the
 * configuration cannot be used, nothing does. */
static bool quit_early(struct git_inquiry *inquiry)
{
    auto_token_request struct token_request request = { 0 };
    struct error unused = { 0 };
    if (inquiry->config == NULL || !inquiry->wants_token)
        return false;
    git_inquiry_request(inquiry, false, &request, &unused);
    return quit(&request);
}

/* ---- get ---- */

/* The token, but not the one that the server refused a moment ago. */
static bool get_token(struct git_inquiry *inquiry, struct token_request *request,
                      struct token *token, struct error *error)
{
    int64_t refused = git_request_refused(inquiry->git);
    if (!tokens_get(&inquiry->tokens, request, token, error))
        return false;
    if (refused == 0 || token->source != TOKEN_FROM_KEYRING || token->received_on != refused)
        return true;
    trace("keyring: the server refused the token; another is asked for");
    token_clear(token);
    request->force_refresh = true;
    return tokens_get(&inquiry->tokens, request, token, error);
}

static bool answer_with_token(struct git_inquiry *inquiry, struct error *error)
{
    auto_token_request struct token_request request = { 0 };
    auto_token struct token token = { 0 };
    inquiry->claims = git_claims_take(inquiry->git, &inquiry->url);
    if (inquiry->options.claims == NULL)
        inquiry->options.claims = inquiry->claims;
    if (!git_inquiry_request(inquiry, true, &request, error))
        return quit(&request);
    if (!get_token(inquiry, &request, &token, error)) {
        git_inquiry_doubt_tenant(inquiry);
        error_wanted(error, "no token for %s", request.api);
        return quit(&request);
    }
    auto_secret struct secret *answer = git_answer_format(inquiry->git, &request, &token);
    return print_answer(answer, error);
}

static bool get(const struct options *options, const struct git_request *git, struct error *error)
{
    auto_git_inquiry struct git_inquiry inquiry = { 0 };
    auto_stored_credential struct stored_credential typed = { 0 };
    enum config_match match = git_inquire(&inquiry, options, git, error);
    if (match != CONFIG_MATCH)
        return match == CONFIG_NO_MATCH || quit_early(&inquiry);
    switch (stored_credentials_find(&inquiry.tokens.store, &inquiry.typed, git->takes_authtype,
                                    inquiry.tokens.deadline, &typed, error)) {
    case KEYRING_FOUND: {
        trace("keyring: %s has a typed credential", inquiry.tokens.store.keyring->name);
        auto_secret struct secret *answer = git_answer_format_stored(&typed);
        return print_answer(answer, error);
    }
    case KEYRING_FAILED:
        error_wanted(error, "no credential for %s", inquiry.typed.host);
        return quit_early(&inquiry);
    default:
        return !inquiry.wants_token || answer_with_token(&inquiry, error);
    }
}

/* ---- erase and store, which come after get ---- */

/* As git_inquire; but what is wrong with the configuration, get has said. */
static enum config_match inquire_again(struct git_inquiry *inquiry, const struct options *options,
                                       const struct git_request *git, struct error *error)
{
    enum config_match match = git_inquire(inquiry, options, git, error);
    return match == CONFIG_FAILED && inquiry->config == NULL ? CONFIG_NO_MATCH : match;
}

/* ---- erase ---- */

/* git was refused with this credential. */
static bool erase_token(struct git_inquiry *inquiry, const char *refused, struct error *error)
{
    auto_token_request struct token_request request = { 0 };
    struct error unused = { 0 };
    git_claims_keep(inquiry->git, &inquiry->url);
    if (!git_inquiry_request(inquiry, false, &request, &unused))
        return true; /* then it was no token of ours */
    git_inquiry_doubt_tenant(inquiry);
    return tokens_erase(&inquiry->tokens, &request, refused, strlen(refused), error);
}

static const char *secret_of(const struct git_request *git)
{
    return git->credential != NULL ? git->credential : git->password;
}

static bool erase(const struct options *options, const struct git_request *git, struct error *error)
{
    auto_git_inquiry struct git_inquiry inquiry = { 0 };
    enum config_match match = inquire_again(&inquiry, options, git, error);
    if (match != CONFIG_MATCH)
        return match == CONFIG_NO_MATCH;
    return stored_credentials_erase(&inquiry.tokens.store, &inquiry.typed, secret_of(git),
                                    inquiry.tokens.deadline, error) &&
           (secret_of(git) == NULL || !inquiry.wants_token ||
            erase_token(&inquiry, secret_of(git), error));
}

/* ---- store ---- */

/* Whether this is an access token, ours or another's: nobody types those, and they end soon. The
 * JSON Web Tokens of Entra are, without a look into the keyring, after every success of git's. */
static bool looks_like_token(const char *secret)
{
    struct error unused;
    auto_json_secret json_object *claims = NULL;
    if (strlen(secret) > STORED_SECRET_MAX)
        return true;
    claims = jwt_claims(secret, strlen(secret), &unused);
    return claims != NULL;
}

/* Whether it is the token that we gave: a git before 2.46 offers that to be kept. */
static bool is_our_token(struct git_inquiry *inquiry, const char *secret)
{
    struct error unused = { 0 };
    auto_token_request struct token_request request = { 0 };
    return inquiry->wants_token && git_inquiry_request(inquiry, false, &request, &unused) &&
           tokens_has(&inquiry->tokens, &request, secret, strlen(secret));
}

/* What a person typed is kept; what we gave is in the keyring already. */
static bool store(const struct options *options, const struct git_request *git, struct error *error)
{
    auto_git_inquiry struct git_inquiry inquiry = { 0 };
    const char *secret = secret_of(git);
    bool complete = git->credential != NULL ? git->authtype != NULL : git->username != NULL;
    if (secret == NULL || !complete || git_request_is_ephemeral(git) || looks_like_token(secret))
        return true;
    enum config_match match = inquire_again(&inquiry, options, git, error);
    if (match != CONFIG_MATCH || is_our_token(&inquiry, secret))
        return match != CONFIG_FAILED;
    auto_stored_credential struct stored_credential typed = {
        .username = secret_from_text(git->username),
        .password = git->credential == NULL ? secret_from_text(git->password) : NULL,
        .authtype = git->credential != NULL ? secret_from_text(git->authtype) : NULL,
        .credential = secret_from_text(git->credential),
        .oauth_refresh_token = secret_from_text(git->oauth_refresh_token),
        .expires_on = git_request_expiry(git),
    };
    return stored_credentials_keep(&inquiry.tokens.store, &inquiry.typed, &typed,
                                   inquiry.tokens.deadline, error);
}

static const struct {
    const char *name;
    bool (*run)(const struct options *, const struct git_request *, struct error *);
} operations[] = { { "get", get }, { "store", store }, { "erase", erase } };

static bool answer_git(const struct options *options, int count, char **operands,
                       struct error *error)
{
    if (count != 1) {
        error_set(error, ERROR_USAGE,
                  "exactly one operation belongs here: get, store, erase or "
                  "capability");
        return error_hint(error, "git calls this program: git config --global credential.helper "
                                 "entra");
    }
    if (strcmp(operands[0], "capability") == 0) {
        fputs("version 0\ncapability authtype\ncapability state\n", stdout);
        return true;
    }
    for (size_t i = 0; i < ARRAY_SIZE(operations); i++) {
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
    .run = answer_git,
};

int main(int argc, char **argv)
{
    return program_main(argc, argv, &program);
}
