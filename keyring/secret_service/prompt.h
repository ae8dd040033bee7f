/* SPDX-License-Identifier: MIT */
/*
 * The desktop's question to unlock a keyring: asked only where a person can see it, by one process
 * at a time, and not again for a minute after nobody has answered it with yes.
 *
 * Whoever prompts is libsecret, on behalf of whatever call meets a lock; prompt_service is its
 * SecretService, but with these manners.
 */
#ifndef KEYRING_SECRET_SERVICE_PROMPT_H
#define KEYRING_SECRET_SERVICE_PROMPT_H

#include <gio/gio.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/tokens/single_flight.h"

/* To be given to secret_service_open. Its prompts are dismissed (SECRET_ERROR_IS_LOCKED) where
 * prompt_is_welcome is false. */
GType prompt_service_get_type(void);

/* Whether there is a display, and no question was dismissed a minute ago. */
bool prompt_is_welcome(void);

/* Takes the turn to ask; the flight is to be landed after the answer. False where another process
 * has asked meanwhile, or where the deadline came: it is of no use to ask again. */
bool prompt_take_turn(struct single_flight *flight, int64_t deadline);

#endif
