/* SPDX-License-Identifier: MIT */
/* entra login: signs a user in, so that later tokens need no interaction. */
#define _GNU_SOURCE
#include <stdio.h>
#include <string.h>

#include "common/config/config.h"
#include "common/tokens/tokens.h"
#include "helpers/entra/entra.h"

/* Running the command is consent to be prompted, even if nobody seems to be present (user.h). */
static bool may_always_ask(void)
{
    return true;
}

static bool sign_in(const struct options *options, struct token_request *request,
                    struct error *error)
{
    auto_token struct token token = { 0 };
    struct tokens tokens;
    return tokens_open(&tokens, options, error) && tokens_sign_in(&tokens, request, &token, error);
}

static bool run_login(const struct options *options, int count, char **operands,
                      struct error *error)
{
    auto_token_request struct token_request request = { 0 };
    struct options with_method = *options;
    if (count > 0)
        return error_set(error, ERROR_USAGE, "unexpected argument '%.40s'", operands[0]);
    if (options->device_code && options->browser)
        return error_set(error, ERROR_USAGE, "--browser and --device-code cannot be used together");
    with_method.sign_in = options->device_code ? SIGN_IN_DEVICE_CODE
                          : options->browser   ? SIGN_IN_BROWSER
                                               : SIGN_IN_AUTO;
    auto_config struct config *config = config_load(options, error);
    if (config == NULL || !config_sign_in_request(config, &with_method, &request, error))
        return false;
    request.may_ask = may_always_ask;
    if (!sign_in(&with_method, &request, error))
        return error_wanted(error, "cannot sign in");
    fprintf(stderr, "Signed in as %s.\n", request.username);
    return true;
}

static const struct option_spec own_options[] = {
    { "browser", NULL, "sign in with a browser on this machine", OPTION_FLAG,
      offsetof(struct options, browser) },
    { "device-code", NULL, "sign in by entering a code on any device", OPTION_FLAG,
      offsetof(struct options, device_code) },
    { NULL, NULL, NULL, OPTION_FLAG, 0 },
};

const struct program entra_login = {
    .usage = "entra login [--api NAME | --resource URI | --scope SCOPE] [OPTION]...",
    .summary = "Signs a user in and makes the account the default one. Later tokens, for every\n"
               "API of the same client, need no interaction.",
    .options = own_options,
    .run = run_login,
};
