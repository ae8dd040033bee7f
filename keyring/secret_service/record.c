/* SPDX-License-Identifier: MIT */
#include "keyring/secret_service/record.h"

#include "keyring/secret_service/call.h"

/* How many sessions are tried. */
#define SESSIONS_MAX 4

#define CONTENT_TYPE   "application/json"
#define ITEM_INTERFACE "org.freedesktop.Secret.Item"
#define SECRETS_TYPE   G_VARIANT_TYPE("(a{o(oayays)})") /* GetSecrets returns */
#define SECRET_TYPE    G_VARIANT_TYPE("(oayays)")

struct secret *record_from_value(SecretValue *value)
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
    *ret_record = record_from_value(value);
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

/* Creates the item, or replaces it. *ret_again says that another session may do better. */
static bool create(SecretService *service, GHashTable *attributes, const char *label,
                   SecretValue *value, int64_t deadline, bool *ret_again, struct error *error)
{
    auto_call struct call *call = call_begin(deadline);
    GError *reason = NULL;
    secret_service_store(service, NULL, attributes, SECRET_COLLECTION_DEFAULT, label, value,
                         call->cancellable, call_on_answer, call);
    if (call_wait(call) != NULL && secret_service_store_finish(service, call->result, &reason))
        return true;
    *ret_again = call_blames_session(reason);
    return call_fail(call, reason, error);
}

static bool write_once(GHashTable *attributes, const char *label, SecretValue *value,
                       int64_t deadline, bool *ret_again, struct error *error)
{
    SecretService *service = NULL;
    *ret_again = false;
    return service_connect(&service, deadline, error) == KEYRING_FOUND &&
           service_await_session(service, deadline, error) == KEYRING_FOUND &&
           create(service, attributes, label, value, deadline, ret_again, error);
}

bool record_write(GHashTable *attributes, const char *label, const struct secret *record,
                  int64_t deadline, struct error *error)
{
    SecretValue *value = secret_value_new(record->bytes, (gssize)record->length, CONTENT_TYPE);
    bool again = false;
    bool written = write_once(attributes, label, value, deadline, &again, error);
    for (int sessions = 1; again && sessions < SESSIONS_MAX; sessions++) {
        trace("keyring: %s, so another session is opened", error->message);
        *error = (struct error){ 0 };
        service_forget();
        written = write_once(attributes, label, value, deadline, &again, error);
    }
    secret_value_unref(value);
    return written;
}
