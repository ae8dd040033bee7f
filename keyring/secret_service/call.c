/* SPDX-License-Identifier: MIT */
#include "keyring/secret_service/call.h"

#include <libsecret/secret.h>

#include "common/base/deadline.h"

/* When the deadline expires, the call is cancelled; if there is still no answer after the grace
 * time, it is abandoned. */
#define GRACE_MILLISECONDS 200
#define EXPIRATIONS_MAX    2

/* The context in which all answers and signals arrive. It is the module's own, since the main
 * context belongs to the program and is not iterated here. */
static GMainContext *main_context(void)
{
    static GMainContext *context;
    if (context == NULL) {
        context = g_main_context_new();
        g_main_context_push_thread_default(context);
    }
    return context;
}

static gboolean on_deadline(gpointer data)
{
    struct call *call = data;
    call->expirations++;
    g_cancellable_cancel(call->cancellable);
    g_source_set_ready_time(call->timeout, g_get_monotonic_time() + GRACE_MILLISECONDS * 1000);
    return G_SOURCE_CONTINUE;
}

void call_on_answer(GObject *source, GAsyncResult *result, gpointer data)
{
    (void)source;
    struct call *call = data;
    call->result = g_object_ref(result);
}

static gboolean dispatch_timeout(GSource *source, GSourceFunc callback, gpointer data)
{
    (void)source;
    return callback(data);
}

static GSourceFuncs timeout_functions = { .dispatch = dispatch_timeout };

struct call *call_begin(int64_t deadline)
{
    struct call *call = g_new0(struct call, 1);
    call->cancellable = g_cancellable_new();
    call->timeout = g_source_new(&timeout_functions, sizeof(GSource));
    g_source_set_callback(call->timeout, on_deadline, call, NULL);
    call_set_deadline(call, deadline);
    g_source_attach(call->timeout, main_context());
    return call;
}

void call_set_deadline(struct call *call, int64_t deadline)
{
    g_source_set_ready_time(call->timeout,
                            deadline == CALL_WITHOUT_DEADLINE
                                ? -1
                                : g_get_monotonic_time() + deadline_left(deadline) * 1000);
}

GAsyncResult *call_wait(struct call *call)
{
    while (call->result == NULL && call->expirations < EXPIRATIONS_MAX)
        g_main_context_iteration(main_context(), TRUE);
    return call->result;
}

void call_catch_up(void)
{
    while (g_main_context_iteration(main_context(), FALSE))
        ;
}

void call_end(struct call **owned)
{
    struct call *call = *owned;
    g_source_destroy(call->timeout);
    g_source_unref(call->timeout);
    /* An abandoned call may still write its answer to this memory, so it is not freed. */
    if (call->result == NULL)
        return;
    g_object_unref(call->result);
    g_object_unref(call->cancellable);
    g_free(call);
}

static bool is_absent(const GError *reason)
{
    return g_error_matches(reason, G_DBUS_ERROR, G_DBUS_ERROR_SERVICE_UNKNOWN) ||
           g_error_matches(reason, G_DBUS_ERROR, G_DBUS_ERROR_NAME_HAS_NO_OWNER) ||
           g_error_matches(reason, G_DBUS_ERROR, G_DBUS_ERROR_ACCESS_DENIED);
}

bool call_found_no_object(const GError *reason)
{
    return g_error_matches(reason, SECRET_ERROR, SECRET_ERROR_NO_SUCH_OBJECT) ||
           g_error_matches(reason, G_DBUS_ERROR, G_DBUS_ERROR_UNKNOWN_OBJECT) ||
           g_error_matches(reason, G_DBUS_ERROR, G_DBUS_ERROR_UNKNOWN_INTERFACE) ||
           g_error_matches(reason, G_DBUS_ERROR, G_DBUS_ERROR_UNKNOWN_METHOD);
}

/* KWallet says that the public key is not an argument that it takes, or that there is no such
 * session, by an error that GDBus does not know. */
bool call_blames_session(const GError *reason)
{
    return g_error_matches(reason, SECRET_ERROR, SECRET_ERROR_PROTOCOL) ||
           g_error_matches(reason, G_DBUS_ERROR, G_DBUS_ERROR_INVALID_ARGS) ||
           g_error_matches(reason, G_IO_ERROR, G_IO_ERROR_DBUS_ERROR);
}

bool call_fail(const struct call *call, GError *reason, struct error *error)
{
    if (call->expirations > 0 || reason == NULL ||
        g_error_matches(reason, G_IO_ERROR, G_IO_ERROR_TIMED_OUT)) {
        error_set(error, ERROR_KEYRING, "the desktop keyring did not answer in time");
        error_known_as(error, "keyring_silent");
    } else if (g_error_matches(reason, G_DBUS_ERROR, G_DBUS_ERROR_ACCESS_DENIED)) {
        error_set(error, ERROR_KEYRING,
                  "the session bus does not let this program use the desktop keyring");
        error_known_as(error, "keyring_denied");
    } else if (is_absent(reason)) {
        error_set(error, ERROR_KEYRING,
                  "there is no keyring on the session bus (no service has the name "
                  "org.freedesktop.secrets)");
        error_known_as(error, "keyring_absent");
    } else if (g_error_matches(reason, SECRET_ERROR, SECRET_ERROR_IS_LOCKED)) {
        keyring_fail_locked(error);
    } else if (g_error_matches(reason, G_IO_ERROR, G_IO_ERROR_CANCELLED)) {
        error_set(error, ERROR_KEYRING, "the desktop keyring asked the user, who dismissed it");
        error_known_as(error, "keyring_dismissed");
    } else if (g_error_matches(reason, G_DBUS_ERROR, G_DBUS_ERROR_LIMITS_EXCEEDED)) {
        g_dbus_error_strip_remote_error(reason);
        error_set(error, ERROR_KEYRING, "a limit of the session bus is reached: %s",
                  reason->message);
        error_known_as(error, "keyring_limited");
    } else if (g_error_matches(reason, G_IO_ERROR, G_IO_ERROR_CLOSED)) {
        error_set(error, ERROR_KEYRING,
                  "the session bus has closed the connection, as it does if a message is too long "
                  "for it");
        error_known_as(error, "keyring_limited");
    } else {
        g_dbus_error_strip_remote_error(reason);
        error_set(error, ERROR_KEYRING, "the desktop keyring failed: %s", reason->message);
        error_known_as(error, "keyring_failed");
    }
    if (reason != NULL)
        g_error_free(reason);
    return false;
}

enum keyring_answer call_failed(const struct call *call, GError *reason, struct error *error)
{
    bool absent = call->expirations == 0 && is_absent(reason);
    call_fail(call, reason, error);
    return absent ? KEYRING_ABSENT : KEYRING_FAILED;
}
