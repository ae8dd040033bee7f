/* SPDX-License-Identifier: MIT */
/*
 * The desktop keyring: the Secret Service of freedesktop.org (GNOME Keyring, KWallet, KeePassXC),
 * through libsecret. The store is in a module of its own, so that GLib is loaded only if needed.
 *
 * Each item has the attributes of its key and, in addition, xdg:schema = KEYRING_SCHEMA. The schema
 * and the attributes do not have the names that git's own libsecret helper uses: that helper
 * searches without a schema and would take our items for passwords.
 */
#ifndef KEYRING_SECRET_SERVICE_H
#define KEYRING_SECRET_SERVICE_H

#define KEYRING_SCHEMA                "org.entra_credential_helpers.Token"
#define KEYRING_SCHEMA_ATTRIBUTE      "xdg:schema"
#define KEYRING_SECRET_SERVICE_MODULE "entra-keyring-secret-service.so"

#endif
