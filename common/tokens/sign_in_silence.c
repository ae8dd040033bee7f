/* SPDX-License-Identifier: MIT */
#include "common/tokens/sign_in_silence.h"

#include <time.h>

#include "common/base/rfc3339.h"
#include "common/base/shared_error.h"
#include "common/base/user.h"

#define SILENCE_SECONDS (30 * 60)

void sign_in_silence_begin(const char *name)
{
    struct error error = { 0 };
    if (user_has_terminal())
        return;
    error_set(&error, ERROR_SIGN_IN, "the prompt of %s led to no sign-in",
              rfc3339_format(time(NULL)).text);
    error_known_as(&error, "sign_in_unanswered");
    shared_error_post(name, &error, SILENCE_SECONDS);
}

bool sign_in_silence_is_kept(const char *name, struct error *ret_error)
{
    return !user_has_terminal() && shared_error_read(name, 0, ret_error);
}

void sign_in_silence_end(const char *name)
{
    shared_error_withdraw(name);
}
