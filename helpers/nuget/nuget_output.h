/* SPDX-License-Identifier: MIT */
/*
 * What is sent to NuGet, whole lines only, by the thread that answers and by one that says, while
 * an answer takes long, that it is still being made: NuGet gives up on a request that it has not
 * heard of for 30 seconds (5 in the documentation).
 *
 *     nuget_progress_begin(&message);
 *     ... get a token, which may wait for a user
 *     nuget_progress_end();
 *     nuget_output_send(answer, error);
 */
#ifndef HELPERS_NUGET_NUGET_OUTPUT_H
#define HELPERS_NUGET_NUGET_OUTPUT_H

#include <stdbool.h>

#include "common/base/error.h"
#include "common/base/secret.h"
#include "helpers/nuget/nuget_message.h"

/* Sends a line. Fails with ERROR_OTHER. */
bool nuget_output_send(const struct secret *line, struct error *error);

/* Sends Progress for a request every few seconds, until nuget_progress_end returns: NuGet refuses
 * what it gets after the answer. One at a time. If NuGet is gone, ends the program, as SIGTERM
 * does. If no thread can be started, nothing is sent. */
void nuget_progress_begin(const struct nuget_message *request);
void nuget_progress_end(void);

#endif
