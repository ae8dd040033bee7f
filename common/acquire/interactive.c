#define _GNU_SOURCE
#include "common/acquire/interactive.h"

#include <string.h>

#include "common/acquire/browser.h"
#include "common/acquire/device_code.h"

/* Somebody else may have signed in than was wanted: their token is not given for the other's. */
static bool check_account(const struct token_request *request, const struct sign_in *sign_in,
                          struct error *error)
{
    if (sign_in->home_account_id == NULL)
        return error_set(error, ERROR_NETWORK,
                         "the authority's answer cannot be used: it does not say who signed in");
    bool same =
        request->home_account_id != NULL
            ? strcmp(request->home_account_id, sign_in->home_account_id) == 0
            : request->account == NULL || strcasecmp(request->account, sign_in->username) == 0;
    if (same)
        return true;
    if (request->home_account_id != NULL && strcasecmp(request->username, sign_in->username) == 0) {
        error_set(error, ERROR_SIGN_IN, "another %s has signed in than the one who is known here",
                  sign_in->username);
        return error_hint(error,
                          "To go on with the new one, run 'entra logout --account %s' first.",
                          sign_in->username);
    }
    error_set(error, ERROR_SIGN_IN, "%s has signed in, and %s was wanted", sign_in->username,
              request->username != NULL ? request->username : request->account);
    return error_hint(error, "Sign in again and choose the other account, or ask for this one.");
}

static bool sign_in_somehow(const struct token_request *request, struct prompt *prompt,
                            int64_t deadline, struct token *token, struct sign_in *sign_in,
                            struct error *error)
{
    bool unopened = false;
    if (request->sign_in == SIGN_IN_DEVICE_CODE)
        return device_code_sign_in(request, prompt, deadline, token, sign_in, error);
    if (browser_sign_in(request, prompt, deadline, &unopened, token, sign_in, error))
        return true;
    if (!unopened || request->sign_in == SIGN_IN_BROWSER)
        return false;
    prompt_say(prompt, "No browser can be opened here.");
    return device_code_sign_in(request, prompt, deadline, token, sign_in, error);
}

bool interactive_sign_in(const struct token_request *request, int64_t deadline, struct token *token,
                         struct sign_in *sign_in, struct error *error)
{
    auto_prompt struct prompt prompt = prompt_open();
    auto_token struct token read = { 0 };
    if (!sign_in_somehow(request, &prompt, deadline, &read, sign_in, error) ||
        !check_account(request, sign_in, error))
        return false;
    *token = read;
    read.access_token = NULL;
    return true;
}
