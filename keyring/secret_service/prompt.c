/* SPDX-License-Identifier: MIT */
#include "keyring/secret_service/prompt.h"

#define SECRET_API_SUBJECT_TO_CHANGE
#include <libsecret/secret.h>
#include <stdlib.h>

#include "common/base/deadline.h"
#include "common/base/environment.h"
#include "common/base/report.h"
#include "common/base/session.h"
#include "common/base/shared_error.h"
#include "common/base/single_flight.h"

/* How long no process prompts again. */
#define DISMISSED_SECONDS 60
/* How long a prompt may take that nobody would see. */
#define UNSEEN_MILLISECONDS 2000

#define INTERFACE      "org.freedesktop.Secret.Prompt"
#define COMPLETED_TYPE G_VARIANT_TYPE("(bv)") /* dismissed, result */

typedef SecretService PromptService;
typedef SecretServiceClass PromptServiceClass;
/* NOLINTNEXTLINE(performance-no-int-to-ptr): GLib's macro */
G_DEFINE_TYPE(PromptService, prompt_service, SECRET_TYPE_SERVICE)

/* ---- whether to prompt ---- */

bool prompt_has_display(void)
{
    return environment("DISPLAY") != NULL || environment("WAYLAND_DISPLAY") != NULL;
}

/* What a process without a display could not show, one with a display still may. */
static struct runtime_name dismissed_name(void)
{
    return session_name(prompt_has_display() ? "dismissed" : "unseen");
}

static void post_dismissed(void)
{
    struct error dismissed = { 0 };
    error_set(&dismissed, ERROR_KEYRING, "the prompt of the keyring was dismissed");
    shared_error_post(dismissed_name().text, &dismissed, DISMISSED_SECONDS);
}

bool prompt_is_allowed(void)
{
    struct error unused;
    return !shared_error_read(dismissed_name().text, 0, &unused);
}

static struct single_flight turn = { -1 };
static bool has_turn;

bool prompt_take_turn(int64_t deadline)
{
    has_turn =
        single_flight_join(&turn, session_name("prompt").text, deadline) == SINGLE_FLIGHT_LEADER;
    return has_turn;
}

void prompt_end_turn(void)
{
    single_flight_leave(&turn);
    has_turn = false;
}

/* ---- a prompt that is being performed ---- */

struct performance {
    GTask *task; /* owns this */
    GDBusProxy *prompt;
    GDBusConnection *bus;
    GVariantType *type; /* of the answer; NULL: any */
    guint completed, owner;
    gulong cancelled;
    GSource *timeout;
    bool is_gnomes; /* GNOME Keyring shows it */
    bool took_turn, is_over;
};

static void free_performance(gpointer data)
{
    struct performance *performance = data;
    g_object_unref(performance->prompt);
    g_variant_type_free(performance->type);
    g_free(performance);
}

/* Ends it with an answer or an error, which are owned, unless it has ended. */
static void end(struct performance *performance, GVariant *answer, GError *error)
{
    GTask *task = performance->task;
    if (performance->is_over)
        return;
    performance->is_over = true;
    if (performance->completed != 0)
        g_dbus_connection_signal_unsubscribe(performance->bus, performance->completed);
    if (performance->owner != 0)
        g_bus_unwatch_name(performance->owner);
    /* Not g_cancellable_disconnect, which would wait for the handler that may be calling this. */
    if (performance->cancelled != 0)
        g_signal_handler_disconnect(g_task_get_cancellable(task), performance->cancelled);
    if (performance->timeout != NULL) {
        g_source_destroy(performance->timeout);
        g_source_unref(performance->timeout);
    }
    if (performance->took_turn)
        prompt_end_turn();
    if (answer != NULL)
        g_task_return_pointer(task, answer, (GDestroyNotify)g_variant_unref);
    else
        g_task_return_error(task, error);
    g_object_unref(task);
}

static void end_locked(struct performance *performance)
{
    end(performance, NULL, g_error_new_literal(SECRET_ERROR, SECRET_ERROR_IS_LOCKED, "locked"));
}

/* Only Unlock is answered by a list of objects. */
static void end_dismissed(struct performance *performance)
{
    bool unlocks = performance->type != NULL && g_variant_type_is_array(performance->type);
    post_dismissed();
    if (unlocks)
        end_locked(performance);
    else
        end(performance, NULL, g_error_new_literal(G_IO_ERROR, G_IO_ERROR_CANCELLED, "dismissed"));
}

/* The user's answer comes too late, if at all. GNOME Keyring takes a prompt back when this process
 * leaves the bus, and aborts if one that unlocks is dismissed before (42.1: perform_next_unlock).
 */
static void abandon(struct performance *performance, GError *error)
{
    if (!performance->is_gnomes) {
        g_dbus_proxy_call(performance->prompt, "Dismiss", NULL, G_DBUS_CALL_FLAGS_NO_AUTO_START, -1,
                          NULL, NULL, NULL);
        g_dbus_connection_flush_sync(performance->bus, NULL, NULL); /* the program may end now */
    }
    post_dismissed();
    end(performance, NULL, error);
}

static void on_cancelled(GCancellable *cancellable, gpointer data)
{
    (void)cancellable;
    abandon(data, g_error_new_literal(G_IO_ERROR, G_IO_ERROR_CANCELLED, "cancelled"));
}

static gboolean on_unseen(gpointer data)
{
    trace("keyring: the prompt needs the user, and there is no display");
    abandon(data, g_error_new_literal(SECRET_ERROR, SECRET_ERROR_IS_LOCKED, "locked"));
    return G_SOURCE_REMOVE;
}

static void on_vanished(GDBusConnection *bus, const gchar *name, gpointer data)
{
    (void)bus, (void)name;
    end(data, NULL,
        g_error_new_literal(G_DBUS_ERROR, G_DBUS_ERROR_NO_REPLY, "it ended while it prompted"));
}

/* Whether the answer names no object that was unlocked or created. */
static bool is_empty(GVariant *answer)
{
    return (g_variant_is_container(answer) && g_variant_n_children(answer) == 0) ||
           (g_variant_is_of_type(answer, G_VARIANT_TYPE_OBJECT_PATH) &&
            g_str_equal(g_variant_get_string(answer, NULL), "/"));
}

static void on_completed(GDBusConnection *bus, const gchar *sender, const gchar *path,
                         const gchar *interface, const gchar *signal, GVariant *parameters,
                         gpointer data)
{
    struct performance *performance = data;
    const GVariantType *type = performance->type;
    gboolean dismissed = TRUE;
    g_autoptr(GVariant) answer = NULL;
    (void)bus, (void)sender, (void)path, (void)interface, (void)signal;
    if (g_variant_is_of_type(parameters, COMPLETED_TYPE))
        g_variant_get(parameters, "(bv)", &dismissed, &answer);
    if (dismissed || is_empty(answer))
        end_dismissed(performance);
    else if (type != NULL && !g_variant_is_of_type(answer, type))
        end(performance, NULL,
            g_error_new_literal(SECRET_ERROR, SECRET_ERROR_PROTOCOL,
                                "its prompt has an answer of the wrong type"));
    else
        end(performance, g_steal_pointer(&answer), NULL);
}

static void on_prompted(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(GTask) task = data;
    GError *error = NULL;
    g_autoptr(GVariant) nothing = g_dbus_proxy_call_finish(G_DBUS_PROXY(source), result, &error);
    if (nothing != NULL)
        return;
    struct performance *performance = g_task_get_task_data(task);
    if (performance->is_over)
        g_error_free(error);
    else
        end(performance, NULL, error);
}

static void perform(struct performance *performance)
{
    GTask *task = performance->task;
    g_autofree gchar *owner = g_dbus_proxy_get_name_owner(performance->prompt);
    performance->completed = g_dbus_connection_signal_subscribe(
        performance->bus, owner, INTERFACE, "Completed",
        g_dbus_proxy_get_object_path(performance->prompt), NULL, G_DBUS_SIGNAL_FLAGS_NONE,
        on_completed, performance, NULL);
    performance->owner =
        g_bus_watch_name_on_connection(performance->bus, owner, G_BUS_NAME_WATCHER_FLAGS_NONE, NULL,
                                       on_vanished, performance, NULL);
    if (!prompt_has_display()) {
        performance->timeout = g_timeout_source_new(UNSEEN_MILLISECONDS);
        g_source_set_callback(performance->timeout, on_unseen, performance, NULL);
        g_source_attach(performance->timeout, g_main_context_get_thread_default());
    }
    g_dbus_proxy_call(performance->prompt, "Prompt", g_variant_new("(s)", ""),
                      G_DBUS_CALL_FLAGS_NO_AUTO_START, -1, NULL, on_prompted, g_object_ref(task));
    /* Last, since this may end the performance at once. */
    performance->cancelled = g_cancellable_connect(g_task_get_cancellable(task),
                                                   G_CALLBACK(on_cancelled), performance, NULL);
}

/* Is this GNOME Keyring? It has no prompt that does without a display. */
static void on_gnomes_owner(GObject *source, GAsyncResult *result, gpointer data)
{
    struct performance *performance = data;
    const gchar *gnomes = NULL;
    g_autofree gchar *owner = g_dbus_proxy_get_name_owner(performance->prompt);
    g_autoptr(GVariant) answer =
        g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result, NULL);
    if (answer != NULL)
        g_variant_get(answer, "(&s)", &gnomes);
    performance->is_gnomes = owner == NULL || g_strcmp0(owner, gnomes) == 0;
    if (performance->is_gnomes && !prompt_has_display())
        end_locked(performance);
    else
        perform(performance);
}

static void begin_prompt(SecretService *self, SecretPrompt *prompt, const GVariantType *type,
                         GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
    struct performance *performance = g_new0(struct performance, 1);
    performance->task = g_task_new(self, cancellable, callback, data);
    g_task_set_check_cancellable(performance->task, FALSE);
    g_task_set_task_data(performance->task, performance, free_performance);
    performance->prompt = g_object_ref(G_DBUS_PROXY(prompt));
    performance->bus = g_dbus_proxy_get_connection(performance->prompt);
    performance->type = type != NULL ? g_variant_type_copy(type) : NULL;
    if (!prompt_is_allowed()) {
        end_locked(performance);
        return;
    }
    if (!has_turn) {
        performance->took_turn = prompt_take_turn(deadline_now());
        if (!performance->took_turn) {
            end_locked(performance);
            return;
        }
    }
    g_dbus_connection_call(
        performance->bus, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
        "GetNameOwner", g_variant_new("(s)", PROMPT_GNOMES_NAME), G_VARIANT_TYPE("(s)"),
        G_DBUS_CALL_FLAGS_NONE, UNSEEN_MILLISECONDS, NULL, on_gnomes_owner, performance);
}

static GVariant *finish_prompt(SecretService *self, GAsyncResult *result, GError **reason)
{
    (void)self;
    return g_task_propagate_pointer(G_TASK(result), reason);
}

static void prompt_service_class_init(PromptServiceClass *class)
{
    class->prompt_async = begin_prompt;
    class->prompt_finish = finish_prompt;
}

static void prompt_service_init(PromptService *self)
{
    (void)self;
}
