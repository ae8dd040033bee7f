/* SPDX-License-Identifier: MIT */
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

/* Begins to open the session in which secrets travel, unless that was done before. Half of the work
 * is done at once (libsecret computes a key), so it is called while an answer is awaited. */
void service_open_session(SecretService *service);

/* Waits for the session, if it was begun; else libsecret opens it itself on first need. To be
 * called before secrets are read or written, or there would be two. KEYRING_FOUND, or as
 * call_failed. */
enum keyring_answer service_await_session(SecretService *service, int64_t deadline,
                                          struct error *error);

#endif
