/*
 * libsecret's asynchronous calls, waited for until a deadline, so that each has an end: a service
 * that hangs, or an unlocking prompt that nobody answers, costs the time until then and no more.
 *
 *     auto_call struct call *call = call_begin(deadline);
 *     secret_service_get(flags, call->cancellable, call_on_answer, call);
 *     if (call_wait(call) != NULL)
 *         service = secret_service_get_finish(call->result, &reason);
 */
#ifndef KEYRING_SECRET_SERVICE_CALL_H
#define KEYRING_SECRET_SERVICE_CALL_H

#include <gio/gio.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/cleanup.h"
#include "common/error.h"

struct call {
    GMainContext *context;
    GSource *timeout;
    GCancellable *cancellable;
    GAsyncResult *result; /* NULL: not yet answered */
    int expirations;      /* how often the deadline has passed */
};

/* Begins: what is asked until call_end is answered in a main context of its own. */
struct call *call_begin(int64_t deadline);

/* The GAsyncReadyCallback to be given with the call as its data. */
void call_on_answer(GObject *source, GAsyncResult *result, gpointer data);

/* Waits for the answer. NULL where the deadline came first. */
GAsyncResult *call_wait(struct call *call);

/* Whether a failure's reason is that there is no such service at all, or no bus to ask for it. */
bool call_found_nobody(const struct call *call, const GError *reason);

/* Says in the error what went wrong (ERROR_KEYRING), and frees the reason, which may be NULL.
 * Always false. */
bool call_fail(const struct call *call, GError *reason, struct error *error);

/* Says in the error that the keyring is locked. Always false. */
bool call_fail_locked(struct error *error);

void call_end(struct call **call);
#define auto_call CLEANUP(call_end)

#endif
