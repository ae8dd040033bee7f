/* SPDX-License-Identifier: MIT */
/*
 * What the process that signs (signer.h) is told on its stdin: which key to load, its password, and
 * what to sign. It is a text of records, each of which ends with a NUL:
 *
 *     entra-sign 0.1.0
 *     instance=https://login.microsoftonline.com
 *     tenant=contoso.onmicrosoft.com
 *     client_id=00001111-aaaa-2222-bbbb-3333cccc4444
 *     path=/etc/app.pem
 *     password=...
 *     send_x5c=0
 *
 * The names are in this order, and a member that is NULL has no record. The first record names the
 * version, since programs of two versions need not understand each other; the last one tells that
 * the job is whole.
 */
#ifndef COMMON_ACQUIRE_APP_SIGNING_JOB_H
#define COMMON_ACQUIRE_APP_SIGNING_JOB_H

#include <stdbool.h>

#include "common/base/cleanup.h"
#include "common/base/secret.h"
#include "common/entra/request.h"

/* Longer than a configuration file, with all that variables may add to it. */
#define SIGNING_JOB_MAX (2 * 1024 * 1024)

struct signing_job {
    struct token_request request; /* instance, tenant and client_id alone */
    struct credential credential; /* a CREDENTIAL_CERTIFICATE's path, key_path, secret, password and
                                   * send_x5c alone */
};

/* Writes a job for the request and one of its credentials. The caller frees the result with
 * secret_free. */
struct secret *signing_job_write(const struct token_request *request,
                                 const struct credential *credential);

/* Reads a job. The caller clears *ret_job with signing_job_clear. Returns false if the text is
 * anything but a whole job of this version. */
bool signing_job_read(const struct secret *text, struct signing_job *ret_job);

void signing_job_clear(struct signing_job *job);
#define auto_signing_job CLEANUP(signing_job_clear)

#endif
