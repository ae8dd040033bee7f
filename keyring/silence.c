/* SPDX-License-Identifier: MIT */
#include "keyring/silence.h"

#include <stddef.h>

#include "common/base/session.h"
#include "common/base/shared_error.h"

#define REMEMBERED_SECONDS 60

static struct runtime_name silence_name(void)
{
    return session_name("silent");
}

bool silence_is_remembered(void)
{
    struct error unused;
    return shared_error_read(silence_name().text, 0, &unused);
}

void silence_remember(const struct error *error)
{
    shared_error_post(silence_name().text, error, REMEMBERED_SECONDS);
}

void silence_forget(void)
{
    shared_error_withdraw(silence_name().text);
}
