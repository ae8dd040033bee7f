/* SPDX-License-Identifier: MIT */
/*
 * libsecret's asynchronous calls, waited for until a deadline, so that each has an end: a service
 * that hangs, or an unlocking prompt that nobody answers, costs the time until then and no more.
 *
 *     auto_call struct call *call = call_begin(deadline);
 *     secret_service_ensure_session(service, call->cancellable, call_on_answer, call);
 *     if (call_wait(call) != NULL)
 *         secret_service_ensure_session_finish(service, call->result, &reason);
 *
 * Several may be under way at once. What arrives is seen while one of them is waited for.
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
    GAsyncResult *result; /* NULL: not yet answered */
    int expirations;      /* how often the deadline has passed */
};

/* Begins a call. One that is not waited for at once has no deadline until then. */
#define CALL_WITHOUT_DEADLINE INT64_MAX
struct call *call_begin(int64_t deadline);

/* The GAsyncReadyCallback to be given with the call as its data. */
void call_on_answer(GObject *source, GAsyncResult *result, gpointer data);

/* Gives a call another deadline. */
void call_set_deadline(struct call *call, int64_t deadline);

/* Waits for the answer. NULL where the deadline came first. */
GAsyncResult *call_wait(struct call *call);

/* Sees what has arrived by now, without waiting. */
void call_catch_up(void);

/* Says in the error what went wrong (ERROR_KEYRING), and frees the reason, which may be NULL.
 * Always false. */
bool call_fail(const struct call *call, GError *reason, struct error *error);

/* Likewise. KEYRING_ABSENT where the reason is that there is no such service at all, or no bus to
 * ask for it; else KEYRING_FAILED. */
enum keyring_answer call_failed(const struct call *call, GError *reason, struct error *error);

/* Whether the reason, which may be NULL, is that there is nothing at the path that was asked for.
 */
bool call_met_no_object(const GError *reason);

/* Says in the error that the keyring is locked. Always false. */
bool call_fail_locked(struct error *error);

void call_end(struct call **call);
#define auto_call CLEANUP(call_end)

#endif
