/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "common/acquire/user/interactive.h"

#include "common/acquire/user/browser.h"
#include "common/acquire/user/device_code.h"

static bool sign_in_somehow(const struct token_request *request, struct prompt *prompt,
                            int64_t deadline, struct token *token, struct account *account,
                            struct error *error)
{
    bool unopened = false;
    if (request->sign_in == SIGN_IN_DEVICE_CODE)
        return device_code_sign_in(request, prompt, deadline, token, account, error);
    if (browser_sign_in(request, prompt, deadline, &unopened, token, account, error))
        return true;
    if (!unopened || request->sign_in == SIGN_IN_BROWSER)
        return false;
    prompt_say(prompt, "No browser can be opened here.");
    return device_code_sign_in(request, prompt, deadline, token, account, error);
}

bool interactive_sign_in(const struct token_request *request, int64_t deadline, struct token *token,
                         struct account *account, struct error *error)
{
    auto_prompt struct prompt prompt = prompt_open();
    auto_token struct token read = { 0 };
    if (!sign_in_somehow(request, &prompt, deadline, &read, account, error))
        return false;
    *token = read;
    read.access_token = NULL;
    return true;
}
