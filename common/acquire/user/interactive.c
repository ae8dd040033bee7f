/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "common/acquire/user/interactive.h"

#include "common/acquire/user/browser.h"
#include "common/acquire/user/device_code.h"

static bool sign_in_by_method(const struct token_request *request, struct prompt *prompt,
                              int64_t deadline, struct token *ret_token,
                              struct account *ret_account, struct error *error)
{
    bool no_browser = false;
    if (request->sign_in == SIGN_IN_DEVICE_CODE)
        return device_code_sign_in(request, prompt, deadline, ret_token, ret_account, error);
    if (browser_sign_in(request, prompt, deadline, &no_browser, ret_token, ret_account, error))
        return true;
    if (!no_browser || request->sign_in == SIGN_IN_BROWSER)
        return false;
    prompt_say(prompt, "No browser can be opened here.");
    return device_code_sign_in(request, prompt, deadline, ret_token, ret_account, error);
}

bool interactive_sign_in(const struct token_request *request, int64_t deadline,
                         struct token *ret_token, struct account *ret_account, struct error *error)
{
    auto_prompt struct prompt prompt = prompt_open();
    auto_token struct token read = { 0 };
    if (!sign_in_by_method(request, &prompt, deadline, &read, ret_account, error))
        return false;
    *ret_token = read;
    read.access_token = NULL;
    return true;
}
