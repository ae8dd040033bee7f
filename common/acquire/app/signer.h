/* SPDX-License-Identifier: MIT */
/*
 * The process that loads the key of a certificate and signs with it. OpenSSL has no deadlines, but
 * an encrypted key may need millions of rounds of key derivation, and the library of a device may
 * hang, print or crash. It may also need threads, and libraries that this process already uses for
 * the keyring, GLib above all: so it gets a process of its own, a fresh run of this program, not a
 * fork, in which there would be GLib's memory but none of its threads.
 *
 * Its stdin is the job (signing_job.h), and its stdout the answer.
 */
#ifndef COMMON_ACQUIRE_APP_SIGNER_H
#define COMMON_ACQUIRE_APP_SIGNER_H

#include <openssl/x509.h>

#include "common/base/error.h"
#include "common/entra/request.h"

/* Signs an assertion (client_assertion.h) for the request with the certificate that the credential
 * names, in another process, which ends by the deadline. What that warns of is printed by this one.
 * The caller frees the result with secret_free and, if ret_certificate is not NULL,
 * *ret_certificate with X509_free. Returns NULL with ERROR_USAGE if the certificate or key cannot
 * be used, or with ERROR_OTHER if the process cannot be started or is killed, as by a fault of a
 * device's library. If it runs out of memory or cannot load its module, it says so, and this
 * process ends with it, with exit code 1. */
struct secret *signer_sign(const struct token_request *request, const struct credential *credential,
                           int64_t deadline, X509 **ret_certificate, struct error *error);

/* The other process: reads the job from stdin, loads the key, signs, writes the answer to stdout,
 * and ends the process. */
_Noreturn void signer_run(void);

#endif
