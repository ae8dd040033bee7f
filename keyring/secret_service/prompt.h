/* SPDX-License-Identifier: MIT */
/*
 * Prompts of the Secret Service: to unlock a keyring, to create one, to confirm an access. By one
 * process of the session at a time, and not again for a minute after one was dismissed.
 *
 * Without a display, nobody would see a dialog. But a prompt need not show one: KWallet that PAM
 * has opened, and KeePassXC with an open database, complete it by themselves. So it is performed
 * for a moment, except with GNOME Keyring, whose prompts are dialogs.
 *
 * libsecret prompts by itself in any call that finds a locked keyring. prompt_service is its
 * SecretService with these rules. libsecret's own way to prompt takes a dismissed prompt for an
 * answer, and never returns if the answer has another type than expected, as KWallet's has.
 */
#ifndef KEYRING_SECRET_SERVICE_PROMPT_H
#define KEYRING_SECRET_SERVICE_PROMPT_H

#include <gio/gio.h>
#include <stdbool.h>
#include <stdint.h>

/* The name that only GNOME Keyring has on the bus. */
#define PROMPT_GNOMES_NAME "org.gnome.keyring"

/* The type to pass to secret_service_open. Its prompts fail with SECRET_ERROR_IS_LOCKED if
 * prompt_is_allowed is false, if another process prompts, or if a prompt to unlock is dismissed;
 * with G_IO_ERROR_CANCELLED if another prompt is dismissed. */
GType prompt_service_get_type(void);

/* Whether there is a display, so that the user sees a dialog. */
bool prompt_has_display(void);

/* Whether no prompt was dismissed within the last minute. */
bool prompt_is_allowed(void);

/* Waits until no other process prompts, and takes the turn, which the caller ends after the answer.
 * Returns false if there is no point in prompting: another process has prompted meanwhile, or the
 * deadline came first. A prompt without this takes the turn itself, and does not wait for it. */
bool prompt_take_turn(int64_t deadline);
void prompt_end_turn(void);

#endif
