/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "common/store/unseen.h"

#include <dirent.h>
#include <string.h>
#include <unistd.h>

#include "common/base/array.h"
#include "common/base/environment.h"
#include "common/base/text.h"

/* Where services keep the keyrings of a user: GNOME Keyring and oo7, KWallet; and KeePassXC, whose
 * database may be anywhere, its settings. */
static const struct {
    const char *variable, *otherwise; /* below the home */
    const char *folder;
    const char *ending; /* of the files' names */
} places[] = {
    { "XDG_DATA_HOME", ".local/share", "keyrings", ".keyring" },
    { "XDG_DATA_HOME", ".local/share", "keyrings/v1", ".keyring" },
    { "XDG_DATA_HOME", ".local/share", "kwalletd", ".kwl" },
    { "XDG_CONFIG_HOME", ".config", "keepassxc", "keepassxc.ini" },
};

static bool has_file(const char *folder, const char *ending)
{
    DIR *directory = opendir(folder);
    size_t length = strlen(ending);
    bool found = false;
    if (directory == NULL)
        return false;
    for (struct dirent *entry; !found && (entry = readdir(directory)) != NULL;) {
        size_t used = strlen(entry->d_name);
        found = used >= length && strcmp(entry->d_name + used - length, ending) == 0;
    }
    closedir(directory);
    return found;
}

static bool has_desktop_keyring(void)
{
    const char *home = environment_path("HOME");
    for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
        const char *named = environment_path(places[i].variable);
        autofree char *folder =
            named != NULL  ? text_format("%s/%s", named, places[i].folder)
            : home != NULL ? text_format("%s/%s/%s", home, places[i].otherwise, places[i].folder)
                           : NULL;
        if (folder != NULL && has_file(folder, places[i].ending))
            return true;
    }
    return false;
}

char *unseen_clause(const struct store *store, const char *what)
{
    return store->absent.message[0] == '\0'
               ? NULL
               : text_format("the keyring %s has %s, and the desktop's is not looked into: %.900s",
                             store->keyring->name, what, store->absent.message);
}

const char *unseen_hint(const struct store *store)
{
    return strcmp(store->absent.code, "keyring_no_bus") == 0
               ? "If you have signed in at the desktop, set DBUS_SESSION_BUS_ADDRESS as it is "
                 "there."
               : NULL;
}

bool unseen_check(const struct store *store, struct error *error)
{
    if (store->absent.message[0] == '\0' || !has_desktop_keyring())
        return true;
    error_set(error, ERROR_OTHER, "the desktop's keyring is not looked into: %.900s",
              store->absent.message);
    error_hint(error, "%s%sGive --keyring %s if that keyring alone is meant.",
               unseen_hint(store) != NULL ? unseen_hint(store) : "",
               unseen_hint(store) != NULL ? " " : "", store->keyring->name);
    return error_inherit(error, &store->absent);
}
