/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "keyring/secret_service/service.h"

#include <stdlib.h>

#include "common/bus/glib_log.h"
#include "common/bus/glib_resources.h"
#include "keyring/secret_service/activation.h"
#include "keyring/secret_service/bus.h"
#include "keyring/secret_service/call.h"
#include "keyring/secret_service/prompt.h"

/* How many sessions the service may refuse. */
#define REFUSALS_MAX 3

/* libsecret's service, with our connection, and a D-Bus proxy that fetches nothing in advance. By
 * default, libsecret has the service started, asks for the owner of its name twice and reads all
 * its properties before the first call. None of that is needed here, and it costs six messages and
 * four round trips, a tenth of the time of a cached answer. A service that
 * does not run is started (activation.h). */
typedef SecretService LeanService;
typedef SecretServiceClass LeanServiceClass;
static GType lean_service_get_type(void);
/* NOLINTNEXTLINE(performance-no-int-to-ptr): GLib's macro */
G_DEFINE_TYPE(LeanService, lean_service, prompt_service_get_type())

/* What the next service is constructed with. */
static GDBusConnection *bus;

/* Sets the connection and the flags after libsecret's own constructor, which sets others. */
static GObject *construct(GType type, guint count, GObjectConstructParam *properties)
{
    GObject *object =
        G_OBJECT_CLASS(lean_service_parent_class)->constructor(type, count, properties);
    g_object_set(object, "g-bus-type", G_BUS_TYPE_NONE, "g-connection", bus, "g-flags",
                 G_DBUS_PROXY_FLAGS_DO_NOT_LOAD_PROPERTIES |
                     G_DBUS_PROXY_FLAGS_DO_NOT_CONNECT_SIGNALS |
                     G_DBUS_PROXY_FLAGS_DO_NOT_AUTO_START_AT_CONSTRUCTION,
                 NULL);
    return object;
}

static void lean_service_class_init(LeanServiceClass *class)
{
    G_OBJECT_CLASS(class)->constructor = construct;
}

static void lean_service_init(LeanService *service)
{
    (void)service;
}

/* The call that is opening the session; NULL: none is. */
static struct call *opening;

void service_open_session(SecretService *service)
{
    if (opening != NULL || secret_service_get_session_dbus_path(service) != NULL)
        return;
    opening = call_begin(CALL_WITHOUT_DEADLINE);
    secret_service_ensure_session(service, opening->cancellable, call_on_answer, opening);
}

enum keyring_answer service_await_session(SecretService *service, int64_t deadline,
                                          struct error *error)
{
    for (int refused = 0;; refused++) {
        service_open_session(service);
        if (opening == NULL)
            return KEYRING_FOUND;
        auto_call struct call *call = steal(&opening);
        GError *reason = NULL;
        call_set_deadline(call, deadline);
        if (call_wait(call) != NULL &&
            secret_service_ensure_session_finish(service, call->result, &reason))
            return KEYRING_FOUND;
        if (reason == NULL || refused == REFUSALS_MAX || !call_blames_session(reason))
            return call_failed(call, reason, error);
        trace("keyring: the service refused a session: %s", reason->message);
        g_error_free(reason);
    }
}

/* ---- the connection ---- */

static SecretService *connected;

void service_forget(void)
{
    if (opening != NULL)
        call_end(&opening);
    opening = NULL;
    if (connected != NULL)
        g_object_unref(steal(&connected));
}

static bool has_resources(struct error *error)
{
    g_autofree gchar *why = NULL;
    if (glib_resources_suffice(&why))
        return true;
    error_set(error, ERROR_KEYRING, "the desktop keyring cannot be asked: %s", why);
    return error_known_as(error, "keyring_failed");
}

static SecretService *open_service(struct call *call, GError **reason)
{
    secret_service_open(lean_service_get_type(), NULL, SECRET_SERVICE_NONE, call->cancellable,
                        call_on_answer, call);
    return call_wait(call) != NULL ? secret_service_open_finish(call->result, reason) : NULL;
}

static enum keyring_answer connect_to(bool starts, SecretService **ret_service, int64_t deadline,
                                      struct error *error)
{
    static gchar *owner; /* the daemon that the session belongs to */
    glib_log_to_trace();
    if (connected == NULL && !has_resources(error))
        return KEYRING_FAILED;
    call_catch_up();
    if (connected != NULL) {
        g_autofree gchar *now = g_dbus_proxy_get_name_owner(G_DBUS_PROXY(connected));
        if (g_strcmp0(owner, now) != 0)
            service_forget();
    }
    if (connected == NULL) {
        enum keyring_answer answer = bus_connect(deadline, &bus, error);
        if (answer != KEYRING_FOUND)
            return answer;
        auto_call struct call *call = call_begin(deadline);
        GError *reason = NULL;
        connected = open_service(call, &reason);
        if (connected == NULL)
            return call_failed(call, reason, error);
        g_free(owner);
        owner = g_dbus_proxy_get_name_owner(G_DBUS_PROXY(connected));
        answer = owner == NULL && starts ? activation_start(bus, deadline, error) : KEYRING_FOUND;
        if (answer != KEYRING_FOUND)
            return answer;
    }
    if (owner == NULL && !starts)
        return KEYRING_ABSENT;
    *ret_service = connected;
    return KEYRING_FOUND;
}

enum keyring_answer service_connect(SecretService **ret_service, int64_t deadline,
                                    struct error *error)
{
    return connect_to(true, ret_service, deadline, error);
}

enum keyring_answer service_connect_running(SecretService **ret_service, int64_t deadline,
                                            struct error *error)
{
    return connect_to(false, ret_service, deadline, error);
}
