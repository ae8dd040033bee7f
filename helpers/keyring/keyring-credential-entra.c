/* SPDX-License-Identifier: MIT */
/*
 * keyring-credential-entra: as `keyring`, gives pip and uv the token of a package feed; as the
 * credential provider of Microsoft's artifacts-keyring, twine and others.
 *
 * A service without a scheme, which pip and uv name where the URL had no answer, is not ours: it
 * may be that of an http URL, and they would send the token in the clear. artifacts-keyring does
 * not answer there either.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <string.h>

#include "common/base/user.h"
#include "common/entra/error_report.h"
#include "helpers/feed/feed_token.h"
#include "helpers/host_tool.h"
#include "helpers/keyring/keyring_answer.h"
#include "helpers/keyring/keyring_request.h"
#include "helpers/keyring/next_keyring.h"
#include "helpers/keyring/provider_request.h"
#include "helpers/programs.h"

#define NAME "keyring-credential-entra"

/* The indices of its own options in options->own. */
enum keyring_option {
    KEYRING_MODE,
    KEYRING_OUTPUT,
};

/* As keyring itself, it says nothing if it has found nothing: that is only its exit code. */
static bool is_not_found;

/* ---- keyring ---- */

static bool is_option(const struct options *options, enum keyring_option option, const char *value)
{
    return options->own[option] != NULL && strcmp(options->own[option], value) == 0;
}

static bool hand_on(bool is_get, struct error *error)
{
    autofree char *next = next_keyring_find();
    if (next != NULL)
        return next_keyring_become(next, error);
    is_not_found = true;
    trace("keyring: there is no other keyring in PATH to ask");
    return is_get || error_set(error, ERROR_OTHER,
                               "there is no other keyring in PATH, and this one gives "
                               "tokens alone, and stores nothing");
}

/* A password that the user once gave to the other one may do in place of a sign-in. */
static bool fail(struct error *error)
{
    autofree char *next = error->kind == ERROR_SIGN_IN ? next_keyring_find() : NULL;
    if (next != NULL) {
        error_print(error);
        next_keyring_become(next, error);
        error->kind = ERROR_SIGN_IN;
    }
    return false;
}

static bool get(const struct options *options, const char *service, const char *username,
                struct error *error)
{
    const struct feed feed = { .url = service, .may_ask = user_is_present };
    auto_feed_token struct feed_token token = { 0 };
    if (!keyring_request_is_username(username))
        return hand_on(true, error);
    switch (feed_token_get(options, &feed, &token, error)) {
    case CONFIG_NO_MATCH:
        return hand_on(true, error);
    case CONFIG_FAILED:
        return fail(error);
    case CONFIG_MATCH:
        break;
    }
    auto_secret struct secret *answer = keyring_answer_format(
        is_option(options, KEYRING_MODE, "creds"), is_option(options, KEYRING_OUTPUT, "json"),
        username != NULL ? username : KEYRING_USERNAME, token.result.token.access_token);
    return host_tool_write(answer, error);
}

static bool answer_keyring(const struct options *options, int count, char **operands,
                           struct error *error)
{
    if (count == 0) {
        error_set(error, ERROR_USAGE, "expected an operation: get, set or del");
        return error_hint(error, "pip and uv call this program, as keyring, once 'entra setup "
                                 "pip' has been run.");
    }
    bool is_get = strcmp(operands[0], "get") == 0;
    if (!is_get)
        return hand_on(false, error);
    if (count < 2 || count > 3)
        return error_set(error, ERROR_USAGE, "expected: get SERVICE [USERNAME]");
    return get(options, operands[1], count > 2 ? operands[2] : NULL, error);
}

static const struct option_spec own_options[] = {
    { "mode", "MODE=password|creds", "password or creds", OPTION_CHOICE, OPTION_OWN(KEYRING_MODE),
      0 },
    { "output", "FORM=plain|json", "plain or json", OPTION_CHOICE, OPTION_OWN(KEYRING_OUTPUT), 0 },
    { .name = NULL },
};

const struct program keyring_credential_program = {
    .name = NAME,
    .usage = "[OPTION]... get SERVICE [USERNAME]\n       " NAME " -Uri URL [-OPTION [VALUE]]...",
    .summary = "Gives pip and uv, as keyring, the Microsoft Entra token of a package feed, and\n"
               "is the credential provider of Microsoft's artifacts-keyring, with its options.",
    .examples = "entra setup pip\n" NAME " get https://pkgs.dev.azure.com/contoso/ ada",
    .options = own_options,
    .common = OPTIONS_OF_STORE | OPTIONS_OF_APP | OPTION_API | OPTION_MANAGED_IDENTITY |
              OPTION_ACCOUNT | OPTION_FORCE_REFRESH,
    .operand = "=get|set|del",
    .run = answer_keyring,
};

/* ---- the provider ---- */

static bool answer_provider(const struct options *options, int count, char **operands,
                            struct error *error)
{
    struct provider_request request;
    auto_feed_token struct feed_token token = { 0 };
    (void)count;
    if (!provider_request_parse(operands, &request, error))
        return false;
    reporting.verbose = reporting.verbose || request.is_verbose;
    const struct feed feed = { .url = request.uri,
                               .is_refused = request.is_retry,
                               .may_ask = request.is_non_interactive ? NULL : user_is_present,
                               .sign_in =
                                   request.without_dialog ? SIGN_IN_DEVICE_CODE : SIGN_IN_AUTO };
    switch (feed_token_get(options, &feed, &token, error)) {
    case CONFIG_NO_MATCH:
        return config_fail_url(token.config, request.uri, error);
    case CONFIG_FAILED:
        return false;
    case CONFIG_MATCH:
        break;
    }
    auto_secret struct secret *answer = keyring_answer_format_provider(
        request.wants_json,
        request.wants_redaction ? "********" : token.result.token.access_token->bytes);
    return host_tool_write(answer, error);
}

/* Its options are not those of our programs: they are passed on as operands. */
static const struct program provider_program = {
    .name = NAME,
    .run = answer_provider,
};

/* Runs a program with all words as operands. */
static int run_with_operands(int argc, char **argv, const struct program *program)
{
    static char end[] = "--";
    char **words = calloc((size_t)argc + 2, sizeof *words);
    words[0] = argv[0];
    words[1] = end;
    memcpy(words + 2, argv + 1, ((size_t)argc - 1) * sizeof *words);
    int code = program_main(argc + 1, words, program);
    free(words);
    return code;
}

/* ---- both ---- */

/* Under its own name it has options of its own, and says what is wrong with them. */
static bool is_for_another(char **argv)
{
    return argv[0] != NULL && strcmp(program_invocation_short_name, NAME) != 0 &&
           !keyring_request_is_get(argv + 1);
}

static struct error next_error; /* why the next one cannot be run */

static bool fail_with_next(const struct options *options, int count, char **operands,
                           struct error *error)
{
    (void)options, (void)count, (void)operands;
    *error = next_error;
    return false;
}

static const struct program next_program = {
    .name = NAME,
    .run = fail_with_next,
};

int keyring_credential_entra(int argc, char **argv)
{
    if (argc > 1 && provider_request_is(argv[1]))
        return run_with_operands(argc, argv, &provider_program);
    next_keyring_begin(argv);
    if (is_for_another(argv)) {
        autofree char *next = next_keyring_find();
        if (next != NULL && !next_keyring_become(next, &next_error))
            return run_with_operands(argc, argv, &next_program);
    }
    int code = program_main(argc, argv, &keyring_credential_program);
    return code == 0 && is_not_found ? ERROR_OTHER : code;
}
