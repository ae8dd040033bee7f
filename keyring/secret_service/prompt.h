/* SPDX-License-Identifier: MIT */
/*
 * The desktop's prompt to unlock a keyring. It is shown only if there is a display, by one process
 * at a time, and not again for a minute after it was dismissed.
 *
 * libsecret prompts by itself in any call that finds a locked keyring. prompt_service is its
 * SecretService with these rules.
 */
#ifndef KEYRING_SECRET_SERVICE_PROMPT_H
#define KEYRING_SECRET_SERVICE_PROMPT_H

#include <gio/gio.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/base/single_flight.h"

/* The type to pass to secret_service_open. Its prompts fail at once with SECRET_ERROR_IS_LOCKED if
 * prompt_is_allowed is false. */
GType prompt_service_get_type(void);

/* Whether there is a display, and no prompt was dismissed within the last minute. */
bool prompt_is_allowed(void);

/* Waits until no other process prompts and becomes the leader of the single flight, which the
 * caller leaves after the answer. Returns false if there is no point in prompting: another process
 * has prompted meanwhile, or the deadline came first. */
bool prompt_take_turn(struct single_flight *flight, int64_t deadline);

#endif
