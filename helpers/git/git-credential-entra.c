/* SPDX-License-Identifier: MIT */
/* git's credential helper: credential.helper = entra. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/base/array.h"
#include "common/base/json.h"
#include "common/base/output.h"
#include "common/base/text.h"
#include "common/entra/jwt.h"
#include "common/entra/remedies.h"
#include "common/store/stored_credentials.h"
#include "common/tokens/tokens.h"
#include "helpers/git/git_answer.h"
#include "helpers/git/git_claims.h"
#include "helpers/git/git_network.h"
#include "helpers/git/git_refusals.h"
#include "helpers/git/git_target.h"
#include "helpers/git/git_user.h"
#include "helpers/host_tool.h"
#include "helpers/programs.h"

static bool print_answer(const struct secret *answer, struct error *error)
{
    return secret_write(answer, STDOUT_FILENO) || output_fail(error);
}

/* If an app is configured, has git quit instead of asking the user for a password. */
static void print_quit(const struct token_candidates *candidates)
{
    struct error ignored;
    bool for_app = candidates->count == 1 && candidates->items[0].credential_count > 0 &&
                   !candidates->items[0].unconfigured;
    if (!for_app)
        return;
    auto_secret struct secret *answer = secret_format("quit=1\n");
    print_answer(answer, &ignored);
}

/* The same for a failure before the requests were made. If the configuration cannot be used, it is
 * not known whether an app is configured. */
static void print_early_quit(struct git_target *target)
{
    auto_token_candidates struct token_candidates candidates = { 0 };
    struct error unused = { 0 };
    if (target->config == NULL || !target->wants_token)
        return;
    git_target_candidates(target, false, &candidates, &unused);
    print_quit(&candidates);
}

/* ---- get ---- */

/* Whether the server has just refused the token that the keyring has. */
static bool is_refused(const struct git_target *target, const struct tokens_result *result)
{
    int64_t refused = git_request_refused(target->git);
    return refused != 0 && result->token.source == TOKEN_FROM_KEYRING &&
           result->token.received_on == refused;
}

/* Unless there is no room for the command: a part of it would be another one. */
static bool hint_at_reject(const struct git_target *target, struct error *error)
{
    autofree char *url = git_target_url(target);
    autofree char *hint =
        text_format("%s To try again at once, run 'echo \"url=%s\" | git credential reject'.",
                    remedies_text("tokens_refused"), url);
    return strlen(hint) < sizeof error->hint ? error_hint(error, "%s", hint) : false;
}

/* Has git quit, for users' tokens too: a caller of git may go on for ever. Says why once. */
static bool quit_after_refusals(const struct git_target *target, bool must_say, struct error *error)
{
    auto_secret struct secret *answer = secret_format("quit=1\n");
    trace("network: %s has refused the last tokens: no more are requested", target->place.host);
    if (!print_answer(answer, error))
        return false;
    if (!must_say)
        return true;
    error_set(error, ERROR_REFUSED,
              "%s has refused %d new tokens in a row; for %d minutes after that, none is requested",
              target->place.host, GIT_REFUSALS_MANY, GIT_REFUSALS_MINUTES);
    error_known_as(error, "tokens_refused");
    return hint_at_reject(target, error);
}

/* Whether the authority has refused. If it has not, or could not be reached, the next get may
 * obtain the token that the server demands. */
static bool is_refusal(const struct error *error)
{
    return error->kind == ERROR_REFUSED || error->kind == ERROR_SIGN_IN;
}

/* Makes the requests, with the claims that the server demands. */
static bool make_candidates(struct git_target *target, struct token_candidates *candidates,
                            struct error *error)
{
    target->claims = git_claims_find(target->git, &target->url);
    target->context.claims = target->claims;
    target->tokens.may_ask = git_may_ask;
    if (!git_target_candidates(target, true, candidates, error)) {
        print_quit(candidates);
        return false;
    }
    token_candidates_set_host(candidates, target->place.host, target->place.path);
    return true;
}

/* Always returns false. */
static bool fail_without_token(const struct git_target *target,
                               const struct token_candidates *candidates, struct error *error)
{
    if (error->kind != ERROR_NETWORK)
        server_tenant_forget(&target->tenant);
    error_wanted(error, "no token for %s", candidates->items[0].api);
    print_quit(candidates);
    return false;
}

static bool answer_with_token(struct git_target *target, struct error *error)
{
    auto_token_candidates struct token_candidates candidates = { 0 };
    auto_tokens_result struct tokens_result result = { 0 };
    bool must_say = false;
    if (git_refusals_are_many(&target->url, &must_say))
        return quit_after_refusals(target, must_say, error);
    if (!make_candidates(target, &candidates, error))
        return false;
    bool has_token = tokens_get(&target->tokens, &candidates, &result, error);
    if (has_token && is_refused(target, &result)) {
        git_refusals_add(&target->url, result.token.received_on);
        if (git_refusals_are_many(&target->url, &must_say))
            return quit_after_refusals(target, must_say, error);
        trace("keyring: the server refused this token; requesting a new one");
        tokens_result_clear(&result);
        has_token = tokens_get_new(&target->tokens, &candidates, &result, error);
    }
    if (target->claims != NULL && (has_token || is_refusal(error)))
        git_claims_drop(target->git, &target->url);
    if (!has_token)
        return fail_without_token(target, &candidates, error);
    const char *owner = result.username != NULL ? result.username : result.client_id;
    auto_secret struct secret *answer = git_answer_format(target->git, owner, &result.token);
    return print_answer(answer, error);
}

/* git will ask for a user name, and the user would not know why. */
static void warn_of_path(const struct git_target *target)
{
    if (target->wants_path == NULL)
        return;
    autofree char *origin = url_origin(&target->url);
    autofree char *advice =
        text_format("Run 'git config --global credential.%s.useHttpPath true'.", origin);
    warning_of("git_use_http_path", advice,
               "git sends no path for %s, and the BaseUrl of the API %s has one, so there is no "
               "answer",
               target->host, target->wants_path);
}

/* A stored credential comes before a token. */
static bool get(const struct options *options, const struct git_request *git, struct error *error)
{
    auto_git_target struct git_target target = { 0 };
    auto_stored_credential struct stored_credential stored = { 0 };
    enum config_match match = git_target_find(&target, options, git, error);
    if (match == CONFIG_FAILED)
        print_early_quit(&target);
    if (match == CONFIG_NO_MATCH)
        warn_of_path(&target);
    if (match != CONFIG_MATCH)
        return match == CONFIG_NO_MATCH;
    enum keyring_answer found =
        stored_credentials_find(&target.tokens.store, &target.place, git->takes_authtype,
                                target.tokens.deadline, &stored, error);
    if (found == KEYRING_FOUND) {
        trace("keyring: %s has a stored credential", target.tokens.store.keyring->name);
        auto_secret struct secret *answer = git_answer_format_stored(&stored);
        return print_answer(answer, error);
    }
    /* If the keyring is locked, there may still be a token. */
    if (found == KEYRING_FAILED &&
        (!target.wants_token || strcmp(error->code, "keyring_locked") != 0)) {
        error_wanted(error, "no credential for %s", target.place.host);
        print_early_quit(&target);
        return false;
    }
    *error = (struct error){ 0 };
    return !target.wants_token || answer_with_token(&target, error);
}

/* ---- erase and store, which follow get ---- */

/* As git_target_find, but ignores errors in the configuration, which get has already reported. If
 * the configuration could not be read, get may have been luckier. */
static enum config_match find_target_again(struct git_target *target, const struct options *options,
                                           const struct git_request *git, struct error *error)
{
    enum config_match match = git_target_find(target, options, git, error);
    bool is_known = match == CONFIG_FAILED && target->config == NULL && error->kind == ERROR_USAGE;
    return is_known ? CONFIG_NO_MATCH : match;
}

static const char *secret_of(const struct git_request *git)
{
    return git->credential != NULL ? git->credential : git->password;
}

/* refused may be NULL: whatever token there is. */
static bool erase_token(struct git_target *target, const char *refused, struct error *error)
{
    auto_token_candidates struct token_candidates candidates = { 0 };
    struct error unused = { 0 };
    git_claims_keep(target->git, &target->url);
    if (!git_target_candidates(target, false, &candidates, &unused))
        return true; /* then it was not a token of ours */
    server_tenant_forget(&target->tenant);
    int64_t received_on = 0;
    if (!tokens_erase(&target->tokens, &candidates, refused, &received_on, error))
        return false;
    if (refused == NULL)
        git_refusals_clear(&target->url);
    else if (received_on > 0)
        git_refusals_add(&target->url, received_on);
    return true;
}

/* The server refused this credential; if git names none, as in git credential reject without a
 * password, whatever get would find. */
static bool erase(const struct options *options, const struct git_request *git, struct error *error)
{
    auto_git_target struct git_target target = { 0 };
    const char *refused = secret_of(git);
    enum config_match match = find_target_again(&target, options, git, error);
    if (match != CONFIG_MATCH)
        return match == CONFIG_NO_MATCH;
    struct error unused;
    bool erased = stored_credentials_erase(&target.tokens.store, &target.place, refused,
                                           target.tokens.deadline, error);
    if (target.wants_token)
        erased = erase_token(&target, refused, erased ? error : &unused) && erased;
    return erased ||
           error_wanted(error, "the refused credential for %s is not erased", target.place.host);
}

/* Whether this is an access token, from us or another helper: users do not type those, and they
 * expire soon. Entra's are JSON Web Tokens, which can be recognized without the keyring. */
static bool looks_like_token(const char *secret)
{
    struct error unused;
    if (strlen(secret) > STORED_SECRET_MAX)
        return true;
    auto_json_secret json_object *claims = jwt_claims(secret, strlen(secret), &unused);
    return claims != NULL;
}

/* Whether this is a token that we gave to git: before 2.46, git asks helpers to store it. */
static bool is_our_token(struct git_target *target, const char *secret)
{
    struct error unused = { 0 };
    auto_token_candidates struct token_candidates candidates = { 0 };
    return target->wants_token && git_target_candidates(target, false, &candidates, &unused) &&
           tokens_has(&target->tokens, &candidates, secret, strlen(secret));
}

/* The server has accepted a token. */
static bool accept_token(const struct git_request *git)
{
    struct url url;
    if (git_request_url(git, &url))
        git_refusals_clear(&url);
    return true;
}

/* Stores what the user typed. Our own tokens are in the keyring already. */
static bool store(const struct options *options, const struct git_request *git, struct error *error)
{
    auto_git_target struct git_target target = { 0 };
    const char *secret = secret_of(git);
    bool complete = git->credential != NULL ? git->authtype != NULL : git->username != NULL;
    if (secret == NULL || !complete)
        return true;
    if (git_request_is_ephemeral(git) || looks_like_token(secret))
        return accept_token(git);
    enum config_match match = find_target_again(&target, options, git, error);
    if (match != CONFIG_MATCH)
        return match != CONFIG_FAILED;
    if (is_our_token(&target, secret))
        return accept_token(git);
    auto_stored_credential struct stored_credential typed = {
        .username = secret_from_text(git->username),
        .password = git->credential == NULL ? secret_from_text(git->password) : NULL,
        .authtype = git->credential != NULL ? secret_from_text(git->authtype) : NULL,
        .credential = secret_from_text(git->credential),
        .oauth_refresh_token = secret_from_text(git->oauth_refresh_token),
        .expires_on = git_request_expiry(git),
    };
    return stored_credentials_keep(&target.tokens.store, &target.place, &typed,
                                   target.tokens.deadline, error) ||
           error_wanted(error, "the credential for %s is not stored", target.place.host);
}

/* ---- the program ---- */

static const struct {
    const char *name;
    bool (*run)(const struct options *, const struct git_request *, struct error *);
} operations[] = { { "get", get }, { "store", store }, { "erase", erase } };

static bool answer_git(const struct options *options, int count, char **operands,
                       struct error *error)
{
    if (count != 1) {
        error_set(error, ERROR_USAGE, "expected one operation: get, store, erase or capability");
        return error_hint(error, "git calls this program once 'entra setup git' has been run.");
    }
    if (strcmp(operands[0], "capability") == 0) {
        fputs("version 0\ncapability authtype\ncapability state\n", stdout);
        return true;
    }
    for (size_t i = 0; i < ARRAY_SIZE(operations); i++) {
        if (strcmp(operands[0], operations[i].name) != 0)
            continue;
        struct git_request request;
        auto_secret struct secret *input =
            host_tool_read(options, "git's request", GIT_INPUT_MAX, git_request_end, error);
        return input != NULL && git_request_parse(input->bytes, input->length, &request, error) &&
               operations[i].run(options, &request, error);
    }
    return true; /* gitcredentials(7): unknown operations are silently ignored */
}

const struct program git_credential_program = {
    .name = "git-credential-entra",
    .usage = "[OPTION]... get|store|erase|capability",
    .summary = "Gives git a Microsoft Entra token for hosts that accept one. 'entra setup git'\n"
               "has git call it for Azure DevOps.",
    .examples = "entra setup git\n"
                "printf 'protocol=https\\nhost=dev.azure.com\\n' | git-credential-entra get",
    .common = OPTIONS_ALL,
    .operand = "=get|store|erase|capability",
    .run = answer_git,
};

int git_credential_entra(int argc, char **argv)
{
    network_source = &git_network;
    return program_main(argc, argv, &git_credential_program);
}
