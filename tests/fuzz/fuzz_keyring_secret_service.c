/* SPDX-License-Identifier: MIT */
/* What a desktop keyring answers. The first line says how a search ends: with an item that can be
 * read, one that is locked, none, or an error of D-Bus, whose message is the second line. Three
 * lines each are an item: its properties Label and Attributes in GVariant's text form, either of
 * which may be missing, and its secret. libsecret reads the properties; this file stands for its
 * calls to the service. */
#include "keyring/keyring.h"
#include "keyring/secret_service.h"
#include "keyring/secret_service/call.h"
#include "keyring/secret_service/prompt.h"
#include "keyring/secret_service/record.h"
#include "keyring/secret_service/service.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/keyring_check.h"

extern const struct keyring_module entra_module;

static struct fuzz_input start; /* the items */
static char *ending, *message;

/* ---- the items ---- */

static GHashTable *secrets; /* of each SecretItem */

/* No value: the service did not send the property, or GDBus dropped it for its type. */
static void set_property(SecretItem *item, const char *name, const char *type, const char *text)
{
    GVariant *value = g_variant_parse(G_VARIANT_TYPE(type), text, NULL, NULL, NULL);
    g_dbus_proxy_set_cached_property(G_DBUS_PROXY(item), name, value);
    if (value != NULL)
        g_variant_unref(value);
}

/* NULL at the end of the input. */
static SecretItem *next_item(struct fuzz_input *input)
{
    autofree char *label = fuzz_line(input);
    autofree char *attributes = fuzz_line(input);
    autofree char *secret = fuzz_line(input);
    if (attributes == NULL)
        return NULL;
    SecretItem *item =
        g_object_new(SECRET_TYPE_ITEM, "g-object-path", "/org/freedesktop/secrets/1", NULL);
    set_property(item, "Label", "s", label);
    set_property(item, "Attributes", "a{ss}", attributes);
    g_hash_table_insert(secrets, item, steal(&secret));
    return item;
}

static SecretValue *value_of(const char *secret)
{
    return secret != NULL ? secret_value_new(secret, -1, "application/json") : NULL;
}

SecretValue *__wrap_secret_item_get_secret(SecretItem *item);
SecretValue *__wrap_secret_item_get_secret(SecretItem *item)
{
    return value_of(g_hash_table_lookup(secrets, item));
}

/* ---- the calls ---- */

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
    static const gchar *const one[] = { "/org/freedesktop/secrets/1", NULL }, *const none[] = {
        NULL
    };
    (void)service, (void)result;
    if (has_failed(error))
        return FALSE;
    *unlocked = g_strdupv((gchar **)(strcmp(ending, "found") == 0 ? one : none));
    *locked = g_strdupv((gchar **)(strcmp(ending, "locked") == 0 ? one : none));
    return TRUE;
}

void __wrap_secret_service_search(SecretService *service, const SecretSchema *schema,
                                  GHashTable *attributes, SecretSearchFlags flags,
                                  GCancellable *cancellable, GAsyncReadyCallback callback,
                                  gpointer data);
void __wrap_secret_service_search(SecretService *service, const SecretSchema *schema,
                                  GHashTable *attributes, SecretSearchFlags flags,
                                  GCancellable *cancellable, GAsyncReadyCallback callback,
                                  gpointer data)
{
    (void)service, (void)schema, (void)attributes, (void)flags, (void)cancellable;
    answer_at_once(callback, data);
}

GList *__wrap_secret_service_search_finish(SecretService *service, GAsyncResult *result,
                                           GError **error);
GList *__wrap_secret_service_search_finish(SecretService *service, GAsyncResult *result,
                                           GError **error)
{
    struct fuzz_input input = start;
    GList *list = NULL;
    SecretItem *item;
    (void)service, (void)result;
    if (has_failed(error))
        return NULL;
    while ((item = next_item(&input)) != NULL)
        list = g_list_prepend(list, item);
    return list;
}

/* ---- instead of service.c, record.c and prompt.c ---- */

enum keyring_answer service_connect(SecretService **ret_service, int64_t deadline,
                                    struct error *error)
{
    (void)deadline, (void)error;
    *ret_service = NULL;
    return KEYRING_FOUND;
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

struct secret *record_from_value(SecretValue *value)
{
    gsize length = 0;
    const gchar *bytes = secret_value_get(value, &length);
    return length > 0 && length <= KEYRING_RECORD_MAX ? secret_new(bytes, length) : NULL;
}

/* That of the first item. */
enum keyring_answer record_read(SecretService **service, const gchar *path, int64_t deadline,
                                struct secret **ret_record, struct error *error)
{
    struct fuzz_input input = start;
    (void)service, (void)path, (void)deadline, (void)error;
    SecretItem *item = next_item(&input);
    SecretValue *value = item != NULL ? value_of(g_hash_table_lookup(secrets, item)) : NULL;
    *ret_record = value != NULL ? record_from_value(value) : NULL;
    g_clear_pointer(&value, secret_value_unref);
    g_clear_object(&item);
    return *ret_record != NULL ? KEYRING_FOUND : KEYRING_NOTHING;
}

bool record_write(GHashTable *attributes, const char *label, const struct secret *record,
                  bool is_lasting, int64_t deadline, struct error *error)
{
    (void)attributes, (void)label, (void)record, (void)is_lasting, (void)deadline, (void)error;
    return true;
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

/* libsecret complains of properties that are missing. */
static GLogWriterOutput say_nothing(GLogLevelFlags level, const GLogField *fields, gsize count,
                                    gpointer data)
{
    (void)level, (void)fields, (void)count, (void)data;
    return G_LOG_WRITER_HANDLED;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (secrets == NULL) {
        g_log_set_writer_func(say_nothing, NULL, NULL);
        secrets = g_hash_table_new_full(g_direct_hash, g_direct_equal, NULL, free);
    }
    start = fuzz_input(data, size);
    autofree char *first = fuzz_line(&start);
    autofree char *second = fuzz_line(&start);
    if (second == NULL)
        return 0;
    ending = first;
    message = second;
    keyring_check(&entra_module.keyring, false);
    g_hash_table_remove_all(secrets);
    return 0;
}
