/* SPDX-License-Identifier: MIT */
/*
 * libsecret's asynchronous calls with a deadline, so that each call ends: a service that hangs, or
 * a prompt to unlock that the user does not answer, takes the time until then and no more. A
 * service that hangs is remembered (silence.h), and then takes half a second.
 *
 *     auto_call struct call *call = call_begin(deadline);
 *     secret_service_ensure_session(service, call->cancellable, call_on_answer, call);
 *     if (call_wait(call) != NULL)
 *         secret_service_ensure_session_finish(service, call->result, &reason);
 *
 * Several calls may be in progress at once. All answers are processed while one of the calls is
 * waited for.
 */
#ifndef KEYRING_SECRET_SERVICE_CALL_H
#define KEYRING_SECRET_SERVICE_CALL_H

#include <gio/gio.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/base/cleanup.h"
#include "common/base/error.h"
#include "keyring/keyring.h"

struct call {
    GSource *timeout;
    GCancellable *cancellable;
    GAsyncResult *result; /* NULL: not answered yet */
    int expirations;      /* how often the deadline has expired */
    int64_t began, deadline;
    bool waits_for_user; /* an answer may take as long as the user does, for the password */
    bool has_doubted;    /* it was looked up whether the keyring is known to be silent */
    bool is_hopeless;    /* it is */
};

/* Begins a call. A call that is not waited for at once has CALL_WITHOUT_DEADLINE until then. The
 * caller ends the result with call_end. */
#define CALL_WITHOUT_DEADLINE INT64_MAX
struct call *call_begin(int64_t deadline);

/* The GAsyncReadyCallback to pass to libsecret, with the call as its data. */
void call_on_answer(GObject *source, GAsyncResult *result, gpointer data);

/* Changes the deadline of a call. */
void call_set_deadline(struct call *call, int64_t deadline);

/* Says that the service may prompt the user before it answers, which is not silence. */
void call_may_prompt(struct call *call);

/* Waits for the answer. The call owns the result. Returns NULL if the deadline comes first. */
GAsyncResult *call_wait(struct call *call);

/* Says that the service answers, so that no call of this process is given up early, and that it
 * does not is not remembered (silence.h). */
void call_expect_answer(void);

/* Processes the answers and signals that have arrived, without waiting. */
void call_catch_up(void);

/* Sets the error to ERROR_KEYRING with what went wrong, and frees reason, which may be NULL. Always
 * returns false. */
bool call_fail(const struct call *call, GError *reason, struct error *error);

/* As call_fail, but returns KEYRING_ABSENT if there is no such service, or the bus denies it to
 * this program, as to one that is confined in a snap; and KEYRING_FAILED otherwise. */
enum keyring_answer call_failed(const struct call *call, GError *reason, struct error *error);

/* Whether reason, which may be NULL, is that there is no object at the requested path. */
bool call_found_no_object(const GError *reason);

/* Whether reason, which may be NULL, may be that the two ends of a session have different keys, or
 * found none. About one in a hundred of KWallet's sessions is like that: it takes no public key
 * that begins with a zero byte, and derives another key if the secret that they share begins with
 * one (https://github.com/mitya57/secretstorage/issues/48). A new session has new keys. */
bool call_blames_session(const GError *reason);

/* Ends and frees a call. */
void call_end(struct call **call);
#define auto_call CLEANUP(call_end)

#endif
