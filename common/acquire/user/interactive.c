/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "common/acquire/user/interactive.h"

#include "common/acquire/user/browser.h"
#include "common/acquire/user/device_code.h"

static bool sign_in_by_method(const struct token_request *request, struct prompt *prompt,
                              int64_t deadline, struct token *ret_token,
                              struct account *ret_account, struct sign_in_browser **ret_browser,
                              struct error *error)
{
    if (request->sign_in == SIGN_IN_DEVICE_CODE)
        return device_code_sign_in(request, prompt, deadline, ret_token, ret_account, error);
    enum browser_end end =
        browser_sign_in(request, prompt, deadline, ret_token, ret_account, ret_browser, error);
    if (end != BROWSER_IS_MISSING || request->sign_in == SIGN_IN_BROWSER)
        return end == BROWSER_SIGNED_IN;
    prompt_say(prompt, "No browser can be opened here.");
    return device_code_sign_in(request, prompt, deadline, ret_token, ret_account, error);
}

bool interactive_sign_in(const struct token_request *request, int64_t deadline,
                         struct token *ret_token, struct account *ret_account,
                         struct sign_in_browser **ret_browser, struct error *error)
{
    auto_prompt struct prompt prompt = prompt_open();
    auto_token struct token read = { 0 };
    *ret_browser = NULL;
    if (!sign_in_by_method(request, &prompt, deadline, &read, ret_account, ret_browser, error))
        return false;
    *ret_token = read;
    read.access_token = NULL;
    return true;
}
