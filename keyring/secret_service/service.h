/*
 * The Secret Service itself, connected to once a process, with one session in which secrets travel.
 */
#ifndef KEYRING_SECRET_SERVICE_SERVICE_H
#define KEYRING_SECRET_SERVICE_SERVICE_H

/* Object paths are part of an API that libsecret calls unstable; it has not changed since 0.16. */
#define SECRET_API_SUBJECT_TO_CHANGE
#include <libsecret/secret.h>

#include "keyring/keyring.h"

/* Gives the service, which stays the module's own; KEYRING_FOUND, or what call_failed answers. That
 * nobody offers it shows only when it is asked something. It is connected to anew where its daemon
 * was started anew. */
enum keyring_answer service_connect(SecretService **service, int64_t deadline, struct error *error);

#endif
