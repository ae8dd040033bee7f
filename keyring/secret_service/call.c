/* SPDX-License-Identifier: MIT */
#include "keyring/secret_service/call.h"

#include <libsecret/secret.h>

#include "common/base/deadline.h"
#include "keyring/silence.h"

/* When the deadline expires, the call is cancelled; if there is still no answer after the grace
 * time, it is abandoned. */
#define GRACE_MILLISECONDS 200
#define EXPIRATIONS_MAX    2

/* How long a keyring has to be silent for the others to remember it, and how long it is waited for
 * then. */
#define SILENCE_MILLISECONDS 1000
#define DOUBT_MILLISECONDS   500

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

static void set_timeout(struct call *call, int64_t milliseconds)
{
    g_source_set_ready_time(call->timeout, g_get_monotonic_time() + milliseconds * 1000);
}

/* A service that has answered may be slow, but it is not silent. */
static bool service_answers;

void call_expect_answer(void)
{
    service_answers = true;
}

/* Before the deadline, it is looked up once whether there is any hope; not at the beginning, since
 * an answer usually comes sooner than the file with the memory is read. */
static gboolean on_deadline(gpointer data)
{
    struct call *call = data;
    int64_t left = deadline_left(call->deadline);
    if (!call->has_doubted && !call->waits_for_user && left > 0) {
        call->has_doubted = true;
        call->is_hopeless = !service_answers && silence_is_remembered();
        set_timeout(call, call->is_hopeless ? 0 : left);
        return G_SOURCE_CONTINUE;
    }
    call->expirations++;
    g_cancellable_cancel(call->cancellable);
    set_timeout(call, GRACE_MILLISECONDS);
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
    call->began = deadline_now();
    call->timeout = g_source_new(&timeout_functions, sizeof(GSource));
    g_source_set_callback(call->timeout, on_deadline, call, NULL);
    g_source_set_priority(call->timeout, G_PRIORITY_LOW); /* an answer that is there comes first */
    call_set_deadline(call, deadline);
    g_source_attach(call->timeout, main_context());
    return call;
}

void call_set_deadline(struct call *call, int64_t deadline)
{
    call->deadline = deadline;
    if (deadline == CALL_WITHOUT_DEADLINE) {
        g_source_set_ready_time(call->timeout, -1);
        return;
    }
    int64_t left = deadline_left(deadline);
    set_timeout(call, call->waits_for_user ? left : MIN(left, DOUBT_MILLISECONDS));
}

void call_may_prompt(struct call *call)
{
    call->waits_for_user = true;
    call_set_deadline(call, call->deadline);
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
        if (!call->waits_for_user && !call->is_hopeless && !service_answers &&
            deadline_now() - call->began >= SILENCE_MILLISECONDS)
            silence_remember(error);
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
    } else if (g_error_matches(reason, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK)) {
        error_set(error, ERROR_KEYRING,
                  "a limit of the session bus is reached: too many programs wait to "
                  "connect");
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
