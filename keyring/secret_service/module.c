/*
 * The module behind keyring/secret_service.h: the four calls of a store, each one libsecret call.
 *
 * libsecret's simple API (secret_password_*) is not used: it lets the environment put a file in the
 * place of the Secret Service (SECRET_BACKEND). Its asynchronous calls are used, so that each has
 * an end: a service that hangs, or an unlocking prompt that nobody answers, costs the time until
 * the deadline and no more.
 */
#include "keyring/secret_service.h"

#include <libsecret/secret.h>
#include <string.h>

#include "common/deadline.h"

/* One asynchronous call being waited for. */
struct call {
    GMainContext *context;
    GSource *timeout;
    GCancellable *cancellable;
    GAsyncResult *result; /* NULL: not yet answered */
    int expirations;
};

/* How often the deadline may pass: at the first the call is cancelled, at the second (a moment
 * later) it is given up. */
#define GRACE_MILLISECONDS 200
#define EXPIRATIONS_MAX    2

static gboolean on_deadline(gpointer data)
{
    struct call *call = data;
    call->expirations++;
    g_cancellable_cancel(call->cancellable);
    g_source_set_ready_time(call->timeout, g_get_monotonic_time() + GRACE_MILLISECONDS * 1000);
    return G_SOURCE_CONTINUE;
}

static void on_answer(GObject *source, GAsyncResult *result, gpointer data)
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

/* Begins: what is asked until call_end is answered in a context of its own. */
static struct call *call_begin(int64_t deadline)
{
    struct call *call = g_new0(struct call, 1);
    call->context = g_main_context_new();
    g_main_context_push_thread_default(call->context);
    call->cancellable = g_cancellable_new();
    call->timeout = g_source_new(&timeout_functions, sizeof(GSource));
    g_source_set_callback(call->timeout, on_deadline, call, NULL);
    g_source_set_ready_time(call->timeout, g_get_monotonic_time() + deadline_left(deadline) * 1000);
    g_source_attach(call->timeout, call->context);
    return call;
}

/* Waits for the answer, or for the deadline. */
static GAsyncResult *call_wait(struct call *call)
{
    while (call->result == NULL && call->expirations < EXPIRATIONS_MAX)
        g_main_context_iteration(call->context, TRUE);
    return call->result;
}

static void call_end(struct call **owned)
{
    struct call *call = *owned;
    g_main_context_pop_thread_default(call->context);
    g_source_destroy(call->timeout);
    g_source_unref(call->timeout);
    /* A call that was given up may still answer into this memory, so it is left to it. */
    if (call->result == NULL)
        return;
    g_object_unref(call->result);
    g_object_unref(call->cancellable);
    g_main_context_unref(call->context);
    g_free(call);
}
#define auto_call CLEANUP(call_end)

/* Whether there is no such service at all, or no bus to ask for it. */
static bool is_absence(const GError *reason)
{
    return g_error_matches(reason, G_DBUS_ERROR, G_DBUS_ERROR_SERVICE_UNKNOWN) ||
           g_error_matches(reason, G_DBUS_ERROR, G_DBUS_ERROR_NAME_HAS_NO_OWNER) ||
           (reason != NULL && reason->domain == G_IO_ERROR &&
            reason->code != G_IO_ERROR_CANCELLED && reason->code != G_IO_ERROR_TIMED_OUT);
}

/* Says what is wrong and frees the reason. Always false. */
static bool fail(const struct call *call, GError *reason, struct error *error)
{
    if (call->expirations > 0 || reason == NULL) {
        error_set(error, ERROR_KEYRING, "the desktop keyring did not answer in time");
        error_hint(error, "It may hang, or wait to be unlocked.");
    } else if (g_error_matches(reason, G_DBUS_ERROR, G_DBUS_ERROR_SERVICE_UNKNOWN) ||
               g_error_matches(reason, G_DBUS_ERROR, G_DBUS_ERROR_NAME_HAS_NO_OWNER)) {
        error_set(error, ERROR_KEYRING,
                  "the session bus offers no keyring (no service has the name "
                  "org.freedesktop.secrets)");
    } else if (g_error_matches(reason, SECRET_ERROR, SECRET_ERROR_IS_LOCKED)) {
        error_set(error, ERROR_KEYRING, "the desktop keyring is locked");
    } else {
        g_dbus_error_strip_remote_error(reason);
        error_set(error, ERROR_KEYRING, "the desktop keyring failed: %s", reason->message);
    }
    if (reason != NULL)
        g_error_free(reason);
    return false;
}

/* The attributes as libsecret wants them; the texts are not copied. */
static GHashTable *attributes_of(const struct keyring_key *key)
{
    GHashTable *attributes = g_hash_table_new(g_str_hash, g_str_equal);
    g_hash_table_insert(attributes, (gpointer) "xdg:schema", (gpointer)KEYRING_SCHEMA);
    for (size_t i = 0; i < KEYRING_ATTRIBUTES_MAX && key->attributes[i].name != NULL; i++)
        g_hash_table_insert(attributes, (gpointer)key->attributes[i].name,
                            (gpointer)key->attributes[i].value);
    return attributes;
}

static struct secret *record_of(SecretValue *value)
{
    gsize length = 0;
    const gchar *bytes = secret_value_get(value, &length);
    return length > 0 && length <= KEYRING_RECORD_MAX ? secret_new(bytes, length) : NULL;
}

static enum keyring_answer lookup(const struct keyring_key *key, int64_t deadline,
                                  struct secret **record, struct error *error)
{
    g_autoptr(GHashTable) attributes = attributes_of(key);
    auto_call struct call *call = call_begin(deadline);
    GError *reason = NULL;
    SecretValue *value = NULL;

    secret_service_lookup(NULL, NULL, attributes, call->cancellable, on_answer, call);
    if (call_wait(call) != NULL)
        value = secret_service_lookup_finish(NULL, call->result, &reason);
    if (call->result == NULL || reason != NULL) {
        bool absent = call->expirations == 0 && is_absence(reason);
        fail(call, reason, error);
        return absent ? KEYRING_ABSENT : KEYRING_FAILED;
    }
    if (value == NULL)
        return KEYRING_NOTHING;
    *record = record_of(value);
    secret_value_unref(value);
    return *record != NULL ? KEYRING_FOUND : KEYRING_NOTHING;
}

static bool store(const struct keyring_key *key, const char *label, const struct secret *record,
                  int64_t expires_on, int64_t deadline, struct error *error)
{
    (void)expires_on; /* a desktop keyring forgets nothing by itself */
    g_autoptr(GHashTable) attributes = attributes_of(key);
    auto_call struct call *call = call_begin(deadline);
    GError *reason = NULL;
    SecretValue *value =
        secret_value_new(record->bytes, (gssize)record->length, "application/json");

    secret_service_store(NULL, NULL, attributes, SECRET_COLLECTION_DEFAULT, label, value,
                         call->cancellable, on_answer, call);
    bool stored =
        call_wait(call) != NULL && secret_service_store_finish(NULL, call->result, &reason);
    secret_value_unref(value);
    return stored || fail(call, reason, error);
}

static bool erase(const struct keyring_key *key, int64_t deadline, struct error *error)
{
    g_autoptr(GHashTable) attributes = attributes_of(key);
    auto_call struct call *call = call_begin(deadline);
    GError *reason = NULL;

    secret_service_clear(NULL, NULL, attributes, call->cancellable, on_answer, call);
    if (call_wait(call) != NULL)
        secret_service_clear_finish(NULL, call->result, &reason); /* false: there was none */
    return (call->result != NULL && reason == NULL) || fail(call, reason, error);
}

static void fill_item(struct keyring_item *item, SecretItem *found)
{
    g_autofree gchar *label = secret_item_get_label(found);
    g_autoptr(GHashTable) attributes = secret_item_get_attributes(found);
    SecretValue *value = secret_item_get_secret(found);
    item->label = strdup(label != NULL ? label : "");
    if (value != NULL) {
        item->record = record_of(value);
        secret_value_unref(value);
    }

    GHashTableIter iterator;
    gpointer name, text;
    g_hash_table_iter_init(&iterator, attributes);
    while (g_hash_table_iter_next(&iterator, &name, &text))
        keyring_item_add(item, name, text);
}

static bool list(const struct keyring_key *key, int64_t deadline, struct keyring_list *list,
                 struct error *error)
{
    g_autoptr(GHashTable) attributes = attributes_of(key);
    auto_call struct call *call = call_begin(deadline);
    GError *reason = NULL;
    GList *found = NULL;

    secret_service_search(NULL, NULL, attributes,
                          SECRET_SEARCH_ALL | SECRET_SEARCH_UNLOCK | SECRET_SEARCH_LOAD_SECRETS,
                          call->cancellable, on_answer, call);
    if (call_wait(call) != NULL)
        found = secret_service_search_finish(NULL, call->result, &reason);
    if (call->result == NULL || reason != NULL)
        return fail(call, reason, error);

    size_t count = MIN(g_list_length(found), KEYRING_ITEMS_MAX);
    list->items = calloc(count + 1, sizeof *list->items);
    list->count = list->items != NULL ? count : 0;
    size_t filled = 0;
    for (GList *next = found; next != NULL && filled < list->count; next = next->next)
        fill_item(&list->items[filled++], SECRET_ITEM(next->data));
    g_list_free_full(found, g_object_unref);
    return list->items != NULL || error_no_memory(error);
}

MODULE_EXPORT const struct keyring_module entra_module = {
    .module = { ENTRA_VERSION },
    .keyring = { "secret-service", lookup, store, erase, list },
};
