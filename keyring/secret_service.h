/*
 * The desktop keyring: the Secret Service of freedesktop.org (GNOME Keyring, KWallet, KeePassXC),
 * through libsecret. It lives in a module of its own, so that GLib is loaded only where it serves.
 *
 * Each item carries the attributes of its key, and xdg:schema = KEYRING_SCHEMA beside them. That
 * name and those of the attributes differ from git's own libsecret helper's, which asks without a
 * schema and would otherwise take our items for passwords.
 */
#ifndef KEYRING_SECRET_SERVICE_H
#define KEYRING_SECRET_SERVICE_H

#include "common/module.h"
#include "keyring/keyring.h"

#define KEYRING_SCHEMA                "org.entra_credential_helpers.Token"
#define KEYRING_SECRET_SERVICE_MODULE "entra-keyring-secret-service.so"

struct keyring_module {
    struct module module;
    struct keyring keyring;
};

/* The store, its module loaded. NULL with ERROR_KEYRING where it cannot be loaded. Whether a
 * service answers is known only with the first call. */
const struct keyring *keyring_secret_service(struct error *error);

#endif
