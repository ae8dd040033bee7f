/* SPDX-License-Identifier: MIT */
#include "keyring/secret_service/sweep.h"

#include <time.h>

#include "common/base/deadline.h"
#include "keyring/secret_service.h"
#include "keyring/secret_service/call.h"
#include "keyring/secret_service/collections.h"
#include "keyring/secret_service/item.h"
#include "keyring/secret_service/property.h"
#include "keyring/secret_service/search.h"

#define LOOKS_MAX        4
#define DELETIONS_MAX    2
#define MILLISECONDS_MAX 500
#define LIFE_MIN         (2 * 24 * 3600)

#define DEFAULT_COLLECTION "/org/freedesktop/secrets/aliases/default"

/* When it was last stored, in Unix seconds; INT64_MAX if the service does not say. */
static int64_t time_of(SecretService *service, const gchar *path, int64_t deadline)
{
    g_autoptr(GVariant) modified =
        property_get(service, path, ITEM_INTERFACE, "Modified", G_VARIANT_TYPE_UINT64, deadline);
    guint64 seconds = modified != NULL ? g_variant_get_uint64(modified) : 0;
    return seconds > 0 && seconds <= INT64_MAX ? (int64_t)seconds : INT64_MAX;
}

/* A service that wants to prompt the user first answers with the prompt, which is left alone then.
 */
static void delete_item(SecretService *service, const gchar *path, int64_t deadline)
{
    auto_call struct call *call = call_begin(deadline);
    GDBusConnection *bus = g_dbus_proxy_get_connection(G_DBUS_PROXY(service));
    g_autoptr(GVariant) answer = NULL;
    g_dbus_connection_call(bus, g_dbus_proxy_get_name(G_DBUS_PROXY(service)), path, ITEM_INTERFACE,
                           "Delete", NULL, G_VARIANT_TYPE("(o)"), G_DBUS_CALL_FLAGS_NO_AUTO_START,
                           G_MAXINT, call->cancellable, call_on_answer, call);
    if (call_wait(call) != NULL)
        answer = g_dbus_connection_call_finish(bus, call->result, NULL);
    trace("keyring: an item that has expired is %s", answer != NULL ? "deleted" : "left");
}

void sweep(SecretService *service, const struct keyring_key *key, int64_t life, int64_t deadline)
{
    const struct keyring_key kind = { { { KEYRING_SCHEMA_ATTRIBUTE, KEYRING_SCHEMA },
                                        key->attributes[0] } };
    g_auto(GStrv) paths = NULL;
    struct error unused;
    int64_t until = MIN(deadline, deadline_in(MILLISECONDS_MAX));
    int64_t before = time(NULL) - MAX(life, LIFE_MIN);
    if (search_collection(service, DEFAULT_COLLECTION, &kind, until, &paths, &unused) !=
        KEYRING_FOUND)
        return;
    guint count = g_strv_length(paths);
    guint first = count > 0 ? (guint)g_random_int_range(0, (gint32)count) : 0;
    for (guint i = 0, deleted = 0; i < MIN(count, LOOKS_MAX) && deleted < DELETIONS_MAX; i++) {
        const gchar *path = paths[(first + i) % count];
        if (time_of(service, path, until) < before) {
            delete_item(service, path, until);
            deleted++;
        }
    }
}
