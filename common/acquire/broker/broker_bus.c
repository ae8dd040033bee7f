/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "common/acquire/broker/broker_bus.h"

#include <string.h>
#include <unistd.h>

#include "common/acquire/broker/broker_accounts.h"
#include "common/acquire/broker/broker_failure.h"
#include "common/acquire/broker/broker_request.h"
#include "common/base/deadline.h"
#include "common/base/environment.h"
#include "common/base/guid.h"
#include "common/bus/glib_log.h"
#include "common/bus/glib_resources.h"
#include "common/bus/session_bus.h"

#define NAME      "com.microsoft.identity.broker1"
#define PATH      "/com/microsoft/identity/broker1"
#define INTERFACE "com.microsoft.identity.Broker1"

#define BUS_NAME "org.freedesktop.DBus"
#define BUS_PATH "/org/freedesktop/DBus"

/* Microsoft's Java broker has its name before it has its object (linux-entra-sso#33). */
#define RETRY_MILLISECONDS   100
#define RETRIED_MILLISECONDS 3000

/* ---- the connection ---- */

static gboolean on_time(gpointer data)
{
    *(bool *)data = true;
    return G_SOURCE_REMOVE;
}

static void on_answer(GObject *source, GAsyncResult *result, gpointer data)
{
    (void)source;
    *(GAsyncResult **)data = g_object_ref(result);
}

/* Connects in a context of its own, since the program's is not iterated here. A bus that does not
 * answer by the deadline is given up; the place for its result then stays, in case it does. */
static GDBusConnection *connect_to(const gchar *address, int64_t deadline, GError **reason)
{
    GMainContext *context = g_main_context_new();
    g_autoptr(GCancellable) cancellable = g_cancellable_new();
    GAsyncResult **result = g_new0(GAsyncResult *, 1);
    bool is_late = false;
    GSource *timeout = g_timeout_source_new((guint)MIN(deadline_left(deadline), G_MAXUINT));
    GDBusConnection *connection = NULL;
    g_source_set_callback(timeout, on_time, &is_late, NULL);
    g_source_attach(timeout, context);
    g_main_context_push_thread_default(context);
    g_dbus_connection_new_for_address(address, SESSION_BUS_FLAGS, NULL, cancellable, on_answer,
                                      result);
    while (*result == NULL && !is_late)
        g_main_context_iteration(context, TRUE);
    g_main_context_pop_thread_default(context);
    g_source_destroy(timeout);
    g_source_unref(timeout);
    if (*result == NULL) {
        g_cancellable_cancel(cancellable);
        return NULL; /* the context and the place for the result are left to it */
    }
    connection = g_dbus_connection_new_for_address_finish(*result, reason);
    g_object_unref(*result);
    g_free(result);
    g_main_context_unref(context);
    return connection;
}

/* Not the broker's failure: nothing is known of it. */
static enum broker_end fail_bus(enum broker_end end, struct error *error, const char *why)
{
    error_set(error, end == BROKER_ABSENT ? ERROR_OTHER : ERROR_NETWORK,
              "the device's identity broker cannot be asked: %s", why);
    error_known_as(error, end == BROKER_ABSENT ? "broker_absent" : "broker_bus");
    if (end == BROKER_ABSENT)
        error_hint(error, "Set DBUS_SESSION_BUS_ADDRESS as it is in your session at the desktop.");
    return end;
}

static enum broker_end fail_by_bus(const GError *reason, struct error *error)
{
    g_autofree gchar *why = g_strdup_printf("the session bus fails: %s", reason->message);
    return fail_bus(session_bus_is_missing(reason) ? BROKER_ABSENT : BROKER_UNUSABLE, error, why);
}

enum broker_end broker_bus_connect(int64_t deadline, GDBusConnection **ret_bus, struct error *error)
{
    static GDBusConnection *checked;
    g_autofree gchar *why = NULL;
    g_autoptr(GError) reason = NULL;
    uid_t owner = 0;
    *ret_bus = checked;
    if (checked != NULL && !g_dbus_connection_is_closed(checked))
        return BROKER_DONE;
    if (checked != NULL)
        g_object_unref(steal(&checked));
    glib_log_to_trace();
    if (!glib_resources_suffice(&why))
        return fail_bus(BROKER_UNUSABLE, error, why);
    g_autofree gchar *address = session_bus_address();
    if (address[0] == '\0')
        return fail_bus(BROKER_ABSENT, error,
                        environment("DBUS_SESSION_BUS_ADDRESS") == NULL
                            ? "there is no session bus: DBUS_SESSION_BUS_ADDRESS is not set"
                            : "the session bus is not on a Unix socket");
    g_autoptr(GDBusConnection) bus = connect_to(address, deadline, &reason);
    if (bus == NULL)
        return reason != NULL
                   ? fail_by_bus(reason, error)
                   : fail_bus(BROKER_UNUSABLE, error, "the session bus does not answer in time");
    if (session_bus_owner(bus, &owner) != SESSION_BUS_OURS)
        return fail_bus(BROKER_ABSENT, error, "the session bus belongs to another user");
    *ret_bus = checked = g_object_ref(bus);
    return BROKER_DONE;
}

/* ---- calls ---- */

static gint timeout_of(int64_t deadline)
{
    int64_t left = deadline_left(deadline);
    return left >= G_MAXINT ? G_MAXINT : left > 0 ? (gint)left : 1;
}

static bool is_any(const GError *reason, const gint *codes, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (g_error_matches(reason, G_DBUS_ERROR, codes[i]))
            return true;
    return false;
}

static bool is_absent(const GError *reason)
{
    static const gint codes[] = { G_DBUS_ERROR_SERVICE_UNKNOWN, G_DBUS_ERROR_NAME_HAS_NO_OWNER };
    return is_any(reason, codes, G_N_ELEMENTS(codes));
}

static bool is_not_ready(const GError *reason)
{
    static const gint codes[] = { G_DBUS_ERROR_UNKNOWN_OBJECT, G_DBUS_ERROR_UNKNOWN_INTERFACE,
                                  G_DBUS_ERROR_UNKNOWN_METHOD };
    return is_any(reason, codes, G_N_ELEMENTS(codes));
}

static bool cannot_start(const GError *reason)
{
    return reason->domain == G_DBUS_ERROR && reason->code >= G_DBUS_ERROR_SPAWN_EXEC_FAILED &&
           reason->code <= G_DBUS_ERROR_SPAWN_NO_MEMORY;
}

/* Says why a call failed. What the broker says of it is not shown: it may be anything. */
static enum broker_end fail_call(const GError *reason, struct error *error)
{
    if (is_absent(reason)) {
        error_set(error, ERROR_OTHER, "there is no identity broker on the session bus");
        error_known_as(error, "broker_absent");
        return BROKER_ABSENT;
    }
    const char *what = "it fails", *code = "broker_failed";
    if (g_error_matches(reason, G_IO_ERROR, G_IO_ERROR_TIMED_OUT) ||
        g_error_matches(reason, G_DBUS_ERROR, G_DBUS_ERROR_TIMEOUT) ||
        g_error_matches(reason, G_DBUS_ERROR, G_DBUS_ERROR_TIMED_OUT)) {
        what = "it does not answer in time";
        code = "broker_silent";
    } else if (g_error_matches(reason, G_DBUS_ERROR, G_DBUS_ERROR_NO_REPLY) ||
               g_error_matches(reason, G_IO_ERROR, G_IO_ERROR_CLOSED)) {
        what = "it ended before it answered";
    } else if (cannot_start(reason)) {
        what = "it cannot be started";
        code = "broker_silent";
    } else if (g_error_matches(reason, G_DBUS_ERROR, G_DBUS_ERROR_ACCESS_DENIED)) {
        what = "the session bus does not let this program use it";
    } else if (is_not_ready(reason)) {
        what = "it does not offer what is asked for";
    } else if (g_error_matches(reason, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT)) {
        what = "its answer is not of the right type";
    }
    error_set(error, ERROR_NETWORK, "the device's identity broker cannot be used: %s", what);
    error_known_as(error, code);
    return BROKER_UNUSABLE;
}

static GVariant *call_bus(GDBusConnection *bus, const gchar *method, GVariant *arguments,
                          const gchar *type, int64_t deadline, GError **reason)
{
    return g_dbus_connection_call_sync(bus, BUS_NAME, BUS_PATH, BUS_NAME, method, arguments,
                                       G_VARIANT_TYPE(type), G_DBUS_CALL_FLAGS_NONE,
                                       timeout_of(deadline), NULL, reason);
}

enum broker_end broker_bus_find(GDBusConnection *bus, int64_t deadline, bool *ret_runs,
                                struct error *error)
{
    g_autoptr(GError) reason = NULL;
    gboolean runs = FALSE;
    g_autoptr(GVariant) owned =
        call_bus(bus, "NameHasOwner", g_variant_new("(s)", NAME), "(b)", deadline, &reason);
    if (owned == NULL)
        return fail_by_bus(reason, error);
    g_variant_get(owned, "(b)", &runs);
    *ret_runs = runs;
    if (runs)
        return BROKER_DONE;
    g_autoptr(GVariant) startable =
        call_bus(bus, "ListActivatableNames", NULL, "(as)", deadline, &reason);
    if (startable == NULL)
        return fail_by_bus(reason, error);
    g_autofree const gchar **names = NULL;
    g_variant_get(startable, "(^a&s)", &names);
    if (g_strv_contains(names, NAME))
        return BROKER_DONE;
    error_set(error, ERROR_OTHER, "there is no identity broker on the session bus");
    error_known_as(error, "broker_absent");
    return BROKER_ABSENT;
}

enum broker_end broker_bus_start(GDBusConnection *bus, int64_t deadline, struct error *error)
{
    g_autoptr(GError) reason = NULL;
    g_autoptr(GVariant) started = call_bus(
        bus, "StartServiceByName", g_variant_new("(su)", NAME, 0U), "(u)", deadline, &reason);
    return started != NULL ? BROKER_DONE : fail_call(reason, error);
}

/* ---- whose it is ---- */

/* Whether a file of the process's folder in /proc, or what it links to, is named so. */
static bool has_himmelblaus_name(guint32 pid, const char *file, bool is_link)
{
    char text[PATH_MAX] = "";
    g_autofree gchar *path = g_strdup_printf("/proc/%u/%s", pid, file);
    if (is_link) {
        ssize_t length = readlink(path, text, sizeof text - 1);
        text[length > 0 ? length : 0] = '\0';
    } else {
        g_autofree gchar *content = NULL;
        if (g_file_get_contents(path, &content, NULL, NULL))
            g_strlcpy(text, content, sizeof text);
    }
    const char *slash = strrchr(text, '/');
    return g_str_has_prefix(slash != NULL ? slash + 1 : text, "himmelblau");
}

enum broker_kind broker_bus_kind(GDBusConnection *bus, int64_t deadline)
{
    guint32 pid = 0;
    g_autoptr(GError) unused = NULL;
    g_autoptr(GVariant) answer = call_bus(bus, "GetConnectionUnixProcessID",
                                          g_variant_new("(s)", NAME), "(u)", deadline, &unused);
    if (answer == NULL)
        return BROKER_OF_MICROSOFT;
    g_variant_get(answer, "(u)", &pid);
    return has_himmelblaus_name(pid, "exe", true) || has_himmelblaus_name(pid, "comm", false)
               ? BROKER_OF_HIMMELBLAU
               : BROKER_OF_MICROSOFT;
}

/* ---- the broker's methods ---- */

static GVariant *call_method(GDBusConnection *bus, const char *method, const struct secret *request,
                             int64_t deadline, GError **reason)
{
    struct guid correlation_id = { "" }; /* brokers take an empty one too */
    guid_make(&correlation_id);
    return g_dbus_connection_call_sync(
        bus, NAME, PATH, INTERFACE, method,
        g_variant_new("(sss)", BROKER_PROTOCOL_VERSION, correlation_id.text, request->bytes),
        G_VARIANT_TYPE("(s)"), G_DBUS_CALL_FLAGS_NONE, timeout_of(deadline), NULL, reason);
}

/* Takes the text out of the answer, whose own copy is wiped: the memory is the answer's alone, and
 * writable, whatever GLib's type says. */
static enum broker_end take_text(GVariant *answer, struct secret **ret_answer, struct error *error)
{
    const gchar *text = NULL;
    g_variant_get(answer, "(&s)", &text);
    size_t length = strlen(text);
    if (length > BROKER_ANSWER_MAX) {
        broker_failure_unusable(error, "it is longer than %d bytes", BROKER_ANSWER_MAX);
        return BROKER_UNUSABLE;
    }
    *ret_answer = secret_new(text, length);
    explicit_bzero((char *)text, length);
    return BROKER_DONE;
}

enum broker_end broker_bus_call(GDBusConnection *bus, const char *method,
                                const struct secret *request, int64_t deadline,
                                struct secret **ret_answer, struct error *error)
{
    int64_t retried_until = deadline_in(RETRIED_MILLISECONDS);
    for (;;) {
        g_autoptr(GError) reason = NULL;
        g_autoptr(GVariant) answer = call_method(bus, method, request, deadline, &reason);
        if (answer != NULL)
            return take_text(answer, ret_answer, error);
        if (!is_not_ready(reason) || deadline_left(retried_until) == 0 ||
            deadline_left(deadline) <= RETRY_MILLISECONDS)
            return fail_call(reason, error);
        g_usleep(RETRY_MILLISECONDS * 1000);
    }
}
