/* SPDX-License-Identifier: MIT */
/*
 * What helps where a user would have to sign in and nobody can: in a job of a build system, which
 * is an app instead, if its variables say which one.
 */
#ifndef COMMON_TOKENS_JOB_ADVICE_H
#define COMMON_TOKENS_JOB_ADVICE_H

#include <stdbool.h>

#include "common/base/error.h"
#include "common/base/options.h"
#include "common/entra/request.h"

/* Sets the error's hint to what asks for a user there, or else to what the job lacks. given are the
 * options that the user's request was made from; the request may be NULL, if it could not be made.
 * Returns false, and changes nothing, if this is not a job. */
bool job_advice(const struct options *given, const struct token_request *request,
                struct error *error);

#endif
