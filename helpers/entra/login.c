/* SPDX-License-Identifier: MIT */
/* entra login: signs a user in, so that later tokens need no interaction. */
#define _GNU_SOURCE
#include <string.h>

#include "common/base/array.h"
#include "common/base/environment.h"
#include "common/config/config.h"
#include "common/entra/account_folder.h"
#include "common/tokens/tokens.h"
#include "helpers/document.h"
#include "helpers/entra/account_operand.h"
#include "helpers/entra/entra.h"
#include "keyring/silence.h"

/* Running the command is consent to be prompted, even if nobody seems to be present (user.h). */
static bool may_always_ask(void)
{
    return true;
}

/* The indices of our own options in options->own. */
enum own_option {
    BROWSER,
    DEVICE_CODE,
    BROKER,
    CACHE_DIR,
};

static json_object *to_json(const struct tokens_result *result)
{
    json_object *object = json_object_new_object();
    document_add(object, "username", result->username);
    document_add(object, "tenant", result->request->tenant);
    document_add(object, "clientId", result->client_id);
    document_add(object, "authority", result->request->instance);
    return object;
}

/* Whoever configured that the broker alone signs users in may not be the one who runs this. */
static bool check_broker(const struct token_request *request, enum sign_in_method method,
                         struct error *error)
{
    bool is_other = method == SIGN_IN_BROWSER || method == SIGN_IN_DEVICE_CODE;
    if (request->broker != BROKER_USE_REQUIRED || !is_other)
        return true;
    error_set(error, ERROR_USAGE,
              "only the device's identity broker may sign users in, since %s says require",
              environment("ENTRA_BROKER") != NULL ? "ENTRA_BROKER" : "Broker in the configuration");
    return error_hint(error, "Run 'entra login --broker', or change that to auto.");
}

static bool sign_in(const struct options *options, enum sign_in_method method, struct error *error)
{
    auto_token_request struct token_request request = { 0 };
    auto_tokens_result struct tokens_result result = { 0 };
    struct tokens tokens;
    autofree char *folder =
        options->own[CACHE_DIR] != NULL ? account_folder(options->own[CACHE_DIR]) : NULL;
    const struct config_context context = { .sign_in = method,
                                            .device_code = "use --device-code",
                                            .account_folder = folder };
    auto_config struct config *config = config_load(options, &context, error);
    if (config == NULL || !config_sign_in_request(config, &request, error) ||
        !check_broker(&request, method, error))
        return false;
    silence_forget();
    if (!tokens_open(&tokens, options, error))
        return error_wanted(error, "cannot sign in");
    tokens.may_ask = may_always_ask;
    if (!tokens_sign_in(&tokens, &request, &result, error))
        return error_wanted(error, "cannot sign in");
    notice("Signed in as %s.", result.username);
    if (document_is_wanted(options))
        document_set(to_json(&result));
    return true;
}

/* The way to sign in that the options name. */
static bool method_of(const struct options *options, enum sign_in_method *ret_method,
                      struct error *error)
{
    static const struct {
        enum own_option option;
        enum sign_in_method method;
        const char *name;
    } ways[] = {
        { BROWSER, SIGN_IN_BROWSER, "--browser" },
        { DEVICE_CODE, SIGN_IN_DEVICE_CODE, "--device-code" },
        { BROKER, SIGN_IN_BROKER, "--broker" },
    };
    const char *named = NULL;
    *ret_method = SIGN_IN_AUTO;
    for (size_t i = 0; i < ARRAY_SIZE(ways); i++) {
        if (options->own[ways[i].option] == NULL)
            continue;
        if (named != NULL)
            return error_set(error, ERROR_USAGE, "%s and %s cannot be used together", named,
                             ways[i].name);
        named = ways[i].name;
        *ret_method = ways[i].method;
    }
    return true;
}

static bool run_login(const struct options *options, int count, char **operands,
                      struct error *error)
{
    enum sign_in_method method;
    if (count > 0)
        return account_operand_fail(
            operands[0], "Give an account as --account NAME, and an API as --api NAME.", error);
    return method_of(options, &method, error) && sign_in(options, method, error);
}

static const struct option_spec own_options[] = {
    DOCUMENT_OPTION("text|json", "text or json"),
    { "browser", NULL, "sign in with a browser on this machine", OPTION_OWN_FLAG,
      OPTION_OWN(BROWSER), 0 },
    { "device-code", NULL, "sign in by entering a code on any device", OPTION_OWN_FLAG,
      OPTION_OWN(DEVICE_CODE), 0 },
    { "broker", NULL, "sign in with the device's identity broker", OPTION_OWN_FLAG,
      OPTION_OWN(BROKER), 0 },
    { "cache-dir", "FOLDER=@folder", "sign in for this --cache-dir of kubelogin", OPTION_TEXT,
      OPTION_OWN(CACHE_DIR), 0 },
    { .name = NULL },
};

const struct program entra_login = {
    .name = "entra login",
    .usage = "[--api NAME | --resource URI | --scope SCOPE]\n                   [OPTION]...",
    .summary = "Signs a user in and makes the account the default one. Later tokens, for every\n"
               "API of the same client, need no interaction.",
    .examples = "entra login\n"
                "entra login --tenant contoso.onmicrosoft.com\n"
                "entra login --device-code",
    .options = own_options,
    .common = OPTIONS_OF_API | OPTIONS_OF_APP | OPTION_ACCOUNT | OPTION_CLAIMS | OPTIONS_OF_STORE,
    .is_typed = true,
    .run = run_login,
};
