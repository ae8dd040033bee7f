#define _GNU_SOURCE
#include "keyring/keyring.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "keyring/none.h"
#include "keyring/secret_service.h"

/* Where a D-Bus client finds its session bus (D-Bus Specification, "Well-known Message Bus
 * Instances"; systemd's user bus). Asked before GLib is loaded for nothing, and before it would
 * start a bus of its own (autolaunch). */
static bool session_bus_is_offered(void)
{
    const char *address = getenv("DBUS_SESSION_BUS_ADDRESS");
    if (address != NULL && address[0] != '\0')
        return true;
    const char *runtime = getenv("XDG_RUNTIME_DIR");
    autofree char *path = NULL;
    struct stat status;
    if (runtime == NULL || asprintf(&path, "%s/bus", runtime) < 0) {
        path = NULL;
        return false;
    }
    return stat(path, &status) == 0 && S_ISSOCK(status.st_mode);
}

static const struct keyring *open_secret_service(struct error *error)
{
    if (session_bus_is_offered())
        return keyring_secret_service(error);
    error_set(error, ERROR_KEYRING,
              "there is no session bus here (DBUS_SESSION_BUS_ADDRESS is not set), so no desktop "
              "keyring");
    return NULL;
}

const struct keyring *keyring_open(const char *name, struct error *why, struct error *error)
{
    why->message[0] = '\0';
    if (strcmp(name, "none") == 0)
        return &keyring_none;
    if (strcmp(name, "secret-service") == 0)
        return open_secret_service(error);
    if (strcmp(name, "auto") == 0) {
        const struct keyring *keyring = open_secret_service(why);
        return keyring != NULL ? keyring : &keyring_none;
    }
    error_set(error, ERROR_USAGE, "there is no keyring '%.40s'", name);
    error_hint(error, "Say auto, secret-service or none.");
    return NULL;
}

const char *keyring_item_attribute(const struct keyring_item *item, const char *name)
{
    for (size_t i = 0; i < KEYRING_ATTRIBUTES_MAX && item->attributes[i].name != NULL; i++)
        if (strcmp(item->attributes[i].name, name) == 0)
            return item->attributes[i].value;
    return "";
}

void keyring_list_clear(struct keyring_list *list)
{
    for (size_t n = 0; n < list->count; n++) {
        struct keyring_item *item = &list->items[n];
        free(item->label);
        secret_free(item->record);
        for (size_t i = 0; i < KEYRING_ATTRIBUTES_MAX; i++) {
            free((char *)item->attributes[i].name);
            free((char *)item->attributes[i].value);
        }
    }
    free(list->items);
    *list = (struct keyring_list){ 0 };
}
