/* SPDX-License-Identifier: MIT */
#include "keyring/secret_service/record.h"

#include <string.h>
#include <time.h>

#include "keyring/secret_service/call.h"
#include "keyring/secret_service/collections.h"
#include "keyring/secret_service/item.h"
#include "keyring/secret_service/property.h"
#include "keyring/secret_service/search.h"
#include "keyring/secret_service/sweep.h"

/* How many sessions are tried. */
#define SESSIONS_MAX 4

/* Not JSON: that is text, in which KeePassXC replaces what looks like its references. */
#define CONTENT_TYPE "application/octet-stream"

#define SECRET_TYPE  G_VARIANT_TYPE("(oayays)")
#define SECRETS_TYPE G_VARIANT_TYPE("(a{o(oayays)})") /* GetSecrets returns it */

/* NULL: it is empty or too long. */
static struct secret *record_of(SecretValue *value)
{
    gsize length = 0;
    const gchar *bytes = secret_value_get(value, &length);
    return length > 0 && length <= KEYRING_RECORD_MAX ? secret_new(bytes, length) : NULL;
}

/* ---- reading ---- */

/* Finds the secret of the item in the answer of GetSecrets. NULL: it has none. */
static GVariant *find_secret(GVariant *answer, const gchar *path)
{
    if (!g_variant_is_of_type(answer, SECRETS_TYPE))
        return NULL;
    g_autoptr(GVariant) secrets = g_variant_get_child_value(answer, 0);
    return g_variant_lookup_value(secrets, path, SECRET_TYPE);
}

/* Reads the record in this session. *ret_again says that another one may do better. */
static enum keyring_answer read_once(SecretService *service, const gchar *path, int64_t deadline,
                                     struct secret **ret_record, bool *ret_again,
                                     struct error *error)
{
    enum keyring_answer answer = service_await_session(service, deadline, error);
    if (answer != KEYRING_FOUND)
        return answer;
    auto_call struct call *call = call_begin(deadline);
    GError *reason = NULL;
    const gchar *paths[] = { path, NULL };
    g_autoptr(GVariant) secrets = NULL;
    g_dbus_proxy_call(G_DBUS_PROXY(service), "GetSecrets",
                      g_variant_new("(^aoo)", paths, secret_service_get_session_dbus_path(service)),
                      G_DBUS_CALL_FLAGS_NO_AUTO_START, -1, call->cancellable, call_on_answer, call);
    if (call_wait(call) != NULL)
        secrets = g_dbus_proxy_call_finish(G_DBUS_PROXY(service), call->result, &reason);
    if (call_found_no_object(reason) ||
        g_error_matches(reason, G_DBUS_ERROR, G_DBUS_ERROR_INVALID_ARGS)) { /* KWallet: no object */
        g_error_free(reason);
        return KEYRING_NOTHING;
    }
    *ret_again = call_blames_session(reason);
    if (secrets == NULL)
        return call_failed(call, reason, error);
    g_autoptr(GVariant) secret = find_secret(secrets, path);
    if (secret == NULL)
        return KEYRING_NOTHING;
    SecretValue *value = secret_service_decode_dbus_secret(service, secret);
    *ret_again = value == NULL;
    if (value == NULL) {
        error_set(error, ERROR_KEYRING,
                  "the desktop keyring sent a secret that is not enciphered "
                  "with the key of the session");
        error_known_as(error, "keyring_failed");
        return KEYRING_FAILED;
    }
    *ret_record = record_of(value);
    secret_value_unref(value);
    if (*ret_record == NULL)
        return KEYRING_NOTHING;
    *ret_again = !g_utf8_validate_len((*ret_record)->bytes, (*ret_record)->length, NULL);
    return KEYRING_FOUND;
}

enum keyring_answer record_read(SecretService **service, const gchar *path, int64_t deadline,
                                struct secret **ret_record, struct error *error)
{
    auto_secret struct secret *record = NULL;
    bool again = false;
    enum keyring_answer answer = read_once(*service, path, deadline, &record, &again, error);
    for (int sessions = 1; again && sessions < SESSIONS_MAX; sessions++) {
        trace("keyring: a secret cannot be deciphered, so another session is opened");
        *error = (struct error){ 0 };
        secret_free(steal(&record));
        again = false;
        service_forget();
        answer = service_connect(service, deadline, error);
        if (answer == KEYRING_FOUND)
            answer = read_once(*service, path, deadline, &record, &again, error);
    }
    if (answer == KEYRING_FOUND)
        *ret_record = steal(&record);
    return answer;
}

/* ---- writing ---- */

/* What is written. */
struct writing {
    const struct keyring_key *key;
    const char *label;
    SecretValue *value;
    int64_t expires_on; /* Unix seconds; 0: never */
    int64_t deadline;
};

/* Finds the item, if there is one. */
static gchar *find(SecretService *service, const struct writing *writing, bool *ret_locked)
{
    auto_hits struct hits hits = { NULL, NULL };
    struct error unused;
    *ret_locked = false;
    if (search_hits(service, writing->key, true, writing->deadline, &hits, &unused) !=
        KEYRING_FOUND)
        return NULL;
    if (hits.readable != NULL && hits.readable[0] != NULL)
        return g_strdup(hits.readable[0]);
    *ret_locked = hits.locked != NULL && hits.locked[0] != NULL;
    return *ret_locked ? g_strdup(hits.locked[0]) : NULL;
}

/* Whether the item alone is locked, in a collection that is not. */
static bool needs_consent(SecretService *service, const gchar *path, int64_t deadline)
{
    g_autofree gchar *collection = g_path_get_dirname(path);
    g_autoptr(GVariant) locked = property_get(service, collection, COLLECTION_INTERFACE, "Locked",
                                              G_VARIANT_TYPE_BOOLEAN, deadline);
    return locked != NULL && !g_variant_get_boolean(locked);
}

/* Gives an item another secret, if only that differs. (All keys of a kind have the same attributes,
 * so the item that was found is the one.) */
static bool update(SecretService *service, const gchar *path, const struct writing *writing)
{
    auto_keyring_item struct keyring_item item = { 0 };
    struct error unused;
    if (item_read(service, path, false, writing->deadline, &item, &unused) != KEYRING_FOUND ||
        strcmp(item.label, writing->label) != 0 ||
        service_await_session(service, writing->deadline, &unused) != KEYRING_FOUND)
        return false;
    auto_call struct call *call = call_begin(writing->deadline);
    GDBusConnection *bus = g_dbus_proxy_get_connection(G_DBUS_PROXY(service));
    GVariant *secret = secret_service_encode_dbus_secret(service, writing->value);
    g_dbus_connection_call(bus, g_dbus_proxy_get_name(G_DBUS_PROXY(service)), path, ITEM_INTERFACE,
                           "SetSecret", g_variant_new("(@(oayays))", secret), NULL,
                           G_DBUS_CALL_FLAGS_NO_AUTO_START, G_MAXINT, call->cancellable,
                           call_on_answer, call);
    g_autoptr(GVariant) done =
        call_wait(call) != NULL ? g_dbus_connection_call_finish(bus, call->result, NULL) : NULL;
    return done != NULL;
}

/* Creates the item, or replaces it. *ret_again says that another session may do better. */
static bool create(SecretService *service, const struct writing *writing, bool *ret_again,
                   struct error *error)
{
    if (service_await_session(service, writing->deadline, error) != KEYRING_FOUND)
        return false;
    g_autoptr(GHashTable) attributes = search_attributes(writing->key, true);
    auto_call struct call *call = call_begin(writing->deadline);
    GError *reason = NULL;
    call_may_prompt(call);
    secret_service_store(service, NULL, attributes, SECRET_COLLECTION_DEFAULT, writing->label,
                         writing->value, call->cancellable, call_on_answer, call);
    if (call_wait(call) != NULL && secret_service_store_finish(service, call->result, &reason))
        return true;
    *ret_again = call_blames_session(reason);
    if (!call_found_no_object(reason))
        return call_fail(call, reason, error);
    g_error_free(reason);
    error_set(error, ERROR_KEYRING, "the desktop keyring has no default collection");
    return error_known_as(error, "keyring_locked");
}

/* KeePassXC lets a client that may read an item give it another secret, but prompts before it
 * replaces one. And it may prompt each client that would read: what expires, and can be requested
 * again, is not worth that to a user who waits for it. */
static bool write_once(const struct writing *writing, bool *ret_again, struct error *error)
{
    SecretService *service = NULL;
    bool locked = false;
    *ret_again = false;
    if (service_connect(&service, writing->deadline, error) != KEYRING_FOUND)
        return false;
    g_autofree gchar *path = find(service, writing, &locked);
    if (path != NULL && !locked && update(service, path, writing))
        return true;
    if (locked && writing->expires_on > 0 && needs_consent(service, path, writing->deadline)) {
        error_set(error, ERROR_KEYRING, "the desktop keyring asks before an item is replaced");
        return error_known_as(error, "keyring_asks");
    }
    if (!create(service, writing, ret_again, error))
        return false;
    if (path == NULL && writing->expires_on > 0)
        sweep(service, writing->key, writing->expires_on - time(NULL), writing->deadline);
    return true;
}

bool record_write(const struct keyring_key *key, const char *label, const struct secret *record,
                  int64_t expires_on, int64_t deadline, struct error *error)
{
    const struct writing writing = {
        key, label, secret_value_new(record->bytes, (gssize)record->length, CONTENT_TYPE),
        expires_on, deadline
    };
    bool again = false;
    bool written = write_once(&writing, &again, error);
    for (int sessions = 1; again && sessions < SESSIONS_MAX; sessions++) {
        trace("keyring: %s, so another session is opened", error->message);
        *error = (struct error){ 0 };
        service_forget();
        written = write_once(&writing, &again, error);
    }
    secret_value_unref(writing.value);
    return written;
}
