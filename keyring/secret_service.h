/* SPDX-License-Identifier: MIT */
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

#define KEYRING_SCHEMA                "org.entra_credential_helpers.Token"
#define KEYRING_SECRET_SERVICE_MODULE "entra-keyring-secret-service.so"

#endif
