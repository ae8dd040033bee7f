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

/* Sets the error's hint to what the job lacks. given are the options that the request was made
 * from. Returns false, and changes nothing, if this is not a job. */
bool job_advice(const struct options *given, struct error *error);

#endif
