/* SPDX-License-Identifier: MIT */
/*
 * The connection to the Secret Service: one per process, with one session that carries the secrets.
 */
#ifndef KEYRING_SECRET_SERVICE_SERVICE_H
#define KEYRING_SECRET_SERVICE_SERVICE_H

/* The functions that take object paths belong to an API that libsecret calls unstable, but which
 * has not changed since 0.16. */
#define SECRET_API_SUBJECT_TO_CHANGE
#include <libsecret/secret.h>

#include "keyring/keyring.h"

/* Connects to the service, if necessary, and again if its daemon was restarted. The module owns
 * *ret_service. Returns KEYRING_FOUND, or fails as bus_connect does. If no daemon provides the
 * service, only the first call to it fails. */
enum keyring_answer service_connect(SecretService **ret_service, int64_t deadline,
                                    struct error *error);

/* As service_connect, but starts no daemon: KEYRING_ABSENT if none runs. */
enum keyring_answer service_connect_running(SecretService **ret_service, int64_t deadline,
                                            struct error *error);

/* Begins to open the session that carries the secrets, unless it is open. Half of the work is done
 * at once (libsecret computes a key), so this is best called while another answer is due. */
void service_open_session(SecretService *service);

/* Opens the session, unless it is open, or waits for the one that service_open_session began. If
 * the service refuses it (call_blames_session), tries others. Call this before reading or writing
 * secrets, or there would be two sessions. Returns KEYRING_FOUND, or fails as call_failed does. */
enum keyring_answer service_await_session(SecretService *service, int64_t deadline,
                                          struct error *error);

/* Forgets the session: the next service_connect gives a service without one. */
void service_forget(void);

#endif
