/* SPDX-License-Identifier: MIT */
/* What a desktop keyring answers. The first line says how a search ends: with items that can be
 * read, that are locked, none, or an error of D-Bus, whose message is the second line. Three lines
 * each are an item: its properties Label and Attributes in GVariant's text form, either of which
 * may be missing, and its secret. This file stands for the calls to the service. */
#include "keyring/keyring.h"
#include "keyring/secret_service.h"
#include "keyring/secret_service/call.h"
#include "keyring/secret_service/prompt.h"
#include "keyring/secret_service/property.h"
#include "keyring/secret_service/record.h"
#include "keyring/secret_service/service.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/keyring_check.h"

extern const struct keyring_module entra_module;

static char *ending, *message;

/* ---- the items ---- */

#define ITEMS_MAX 8

struct item {
    char *label, *attributes, *secret; /* as in the input */
};
static struct item items[ITEMS_MAX];
static size_t item_count;

static void read_items(struct fuzz_input *input)
{
    for (item_count = 0; item_count < ITEMS_MAX; item_count++) {
        struct item *item = &items[item_count];
        *item = (struct item){ fuzz_line(input), NULL, NULL };
        item->attributes = fuzz_line(input);
        item->secret = fuzz_line(input);
        if (item->attributes == NULL) {
            free(item->label);
            return;
        }
    }
}

static void free_items(void)
{
    while (item_count > 0) {
        struct item *item = &items[--item_count];
        free(item->label);
        free(item->attributes);
        free(item->secret);
    }
}

/* The path of an item is its number. */
static struct item *item_at(const char *path)
{
    return &items[strtoul(path + 1, NULL, 10)];
}

static gchar **paths_of_items(bool any)
{
    gchar **paths = g_new0(gchar *, ITEMS_MAX + 1);
    for (size_t i = 0; any && i < item_count; i++)
        paths[i] = g_strdup_printf("/%zu", i);
    return paths;
}

/* No value: the service did not send the property, or sent one of another type. */
static void add_property(GVariantBuilder *properties, const char *name, const char *text)
{
    GVariant *value = g_variant_parse(NULL, text, NULL, NULL, NULL);
    if (value == NULL)
        return;
    g_variant_builder_add(properties, "{sv}", name, value);
    g_variant_unref(value);
}

/* ---- the calls ---- */

static struct item *asked; /* answers come at once, so one is enough */

static void answer_at_once(GAsyncReadyCallback callback, gpointer data)
{
    GTask *task = g_task_new(NULL, NULL, NULL, NULL);
    callback(NULL, G_ASYNC_RESULT(task), data);
    g_object_unref(task);
}

/* Whether the search ends with an error, which is then set. */
static bool has_failed(GError **error)
{
    static const struct {
        const char *name;
        gint code;
    } errors[] = { { "unknown", G_DBUS_ERROR_SERVICE_UNKNOWN },
                   { "object", G_DBUS_ERROR_UNKNOWN_OBJECT },
                   { "failed", G_DBUS_ERROR_FAILED },
                   { "denied", G_DBUS_ERROR_ACCESS_DENIED } };
    for (size_t i = 0; i < G_N_ELEMENTS(errors); i++) {
        if (strcmp(ending, errors[i].name) != 0)
            continue;
        g_set_error(error, G_DBUS_ERROR, errors[i].code, "GDBus.Error:org.freedesktop.X: %s",
                    g_utf8_validate(message, -1, NULL) ? message : "?");
        return true;
    }
    return false;
}

void __wrap_secret_service_search_for_dbus_paths(SecretService *service, const SecretSchema *schema,
                                                 GHashTable *attributes, GCancellable *cancellable,
                                                 GAsyncReadyCallback callback, gpointer data);
void __wrap_secret_service_search_for_dbus_paths(SecretService *service, const SecretSchema *schema,
                                                 GHashTable *attributes, GCancellable *cancellable,
                                                 GAsyncReadyCallback callback, gpointer data)
{
    (void)service, (void)schema, (void)attributes, (void)cancellable;
    answer_at_once(callback, data);
}

gboolean __wrap_secret_service_search_for_dbus_paths_finish(SecretService *service,
                                                            GAsyncResult *result, gchar ***unlocked,
                                                            gchar ***locked, GError **error);
gboolean __wrap_secret_service_search_for_dbus_paths_finish(SecretService *service,
                                                            GAsyncResult *result, gchar ***unlocked,
                                                            gchar ***locked, GError **error)
{
    (void)service, (void)result;
    if (has_failed(error))
        return FALSE;
    *unlocked = paths_of_items(strcmp(ending, "found") == 0);
    *locked = paths_of_items(strcmp(ending, "locked") == 0);
    return TRUE;
}

void __wrap_secret_service_read_alias_dbus_path(SecretService *service, const gchar *alias,
                                                GCancellable *cancellable,
                                                GAsyncReadyCallback callback, gpointer data);
void __wrap_secret_service_read_alias_dbus_path(SecretService *service, const gchar *alias,
                                                GCancellable *cancellable,
                                                GAsyncReadyCallback callback, gpointer data)
{
    (void)service, (void)alias, (void)cancellable;
    answer_at_once(callback, data);
}

gchar *__wrap_secret_service_read_alias_dbus_path_finish(SecretService *service,
                                                         GAsyncResult *result, GError **error);
gchar *__wrap_secret_service_read_alias_dbus_path_finish(SecretService *service,
                                                         GAsyncResult *result, GError **error)
{
    (void)service, (void)result, (void)error;
    return NULL;
}

/* libsecret refers to these two, so that the linker wants them to be visible. */
MODULE_EXPORT void __wrap_g_dbus_connection_call(
    GDBusConnection *connection, const gchar *bus_name, const gchar *object_path,
    const gchar *interface_name, const gchar *method_name, GVariant *parameters,
    const GVariantType *reply_type, GDBusCallFlags flags, gint timeout_msec,
    GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
void __wrap_g_dbus_connection_call(GDBusConnection *connection, const gchar *bus_name,
                                   const gchar *object_path, const gchar *interface_name,
                                   const gchar *method_name, GVariant *parameters,
                                   const GVariantType *reply_type, GDBusCallFlags flags,
                                   gint timeout_msec, GCancellable *cancellable,
                                   GAsyncReadyCallback callback, gpointer user_data)
{
    (void)connection, (void)bus_name, (void)interface_name, (void)method_name, (void)reply_type;
    (void)flags, (void)timeout_msec, (void)cancellable;
    g_variant_unref(g_variant_ref_sink(parameters));
    asked = item_at(object_path);
    answer_at_once(callback, user_data);
}

MODULE_EXPORT GVariant *__wrap_g_dbus_connection_call_finish(GDBusConnection *connection,
                                                             GAsyncResult *result, GError **error);
GVariant *__wrap_g_dbus_connection_call_finish(GDBusConnection *connection, GAsyncResult *result,
                                               GError **error)
{
    GVariantBuilder properties;
    (void)connection, (void)result, (void)error;
    g_variant_builder_init(&properties, G_VARIANT_TYPE("a{sv}"));
    add_property(&properties, "Label", asked->label);
    add_property(&properties, "Attributes", asked->attributes);
    return g_variant_ref_sink(g_variant_new("(a{sv})", &properties));
}

/* ---- instead of service.c, record.c and prompt.c ---- */

enum keyring_answer service_connect(SecretService **ret_service, int64_t deadline,
                                    struct error *error)
{
    (void)deadline, (void)error;
    *ret_service = NULL;
    return KEYRING_FOUND;
}

enum keyring_answer service_connect_running(SecretService **ret_service, int64_t deadline,
                                            struct error *error)
{
    return service_connect(ret_service, deadline, error);
}

void service_open_session(SecretService *service)
{
    (void)service;
}

enum keyring_answer service_await_session(SecretService *service, int64_t deadline,
                                          struct error *error)
{
    (void)service, (void)deadline, (void)error;
    return KEYRING_FOUND;
}

enum keyring_answer record_read(SecretService **service, const gchar *path, int64_t deadline,
                                struct secret **ret_record, struct error *error)
{
    const char *secret = item_at(path)->secret;
    (void)service, (void)deadline, (void)error;
    *ret_record = secret != NULL && secret[0] != '\0' ? secret_from_text(secret) : NULL;
    return *ret_record != NULL ? KEYRING_FOUND : KEYRING_NOTHING;
}

bool record_write(const struct keyring_key *key, const char *label, const struct secret *record,
                  int64_t expires_on, int64_t deadline, struct error *error)
{
    (void)key, (void)label, (void)record, (void)expires_on, (void)deadline, (void)error;
    return true;
}

bool prompt_has_display(void)
{
    return true;
}

GVariant *property_get(SecretService *service, const gchar *path, const gchar *interface,
                       const gchar *name, const GVariantType *type, int64_t deadline)
{
    (void)service, (void)path, (void)interface, (void)name, (void)type, (void)deadline;
    return NULL;
}

bool prompt_is_allowed(void)
{
    return false;
}

bool prompt_take_turn(int64_t deadline)
{
    (void)deadline;
    return false;
}

void prompt_end_turn(void)
{
}

/* GLib complains that there is no service. */
static GLogWriterOutput say_nothing(GLogLevelFlags level, const GLogField *fields, gsize count,
                                    gpointer data)
{
    (void)level, (void)fields, (void)count, (void)data;
    return G_LOG_WRITER_HANDLED;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static bool silent;
    if (!silent)
        g_log_set_writer_func(say_nothing, NULL, NULL);
    silent = true;
    struct fuzz_input input = fuzz_input(data, size);
    autofree char *first = fuzz_line(&input);
    autofree char *second = fuzz_line(&input);
    if (second == NULL)
        return 0;
    ending = first;
    message = second;
    read_items(&input);
    keyring_check(&entra_module.keyring, false);
    free_items();
    return 0;
}
