/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "common/base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "common/base/cleanup.h"
#include "common/base/text.h"

bool error_set(struct error *error, enum error_kind kind, const char *format, ...)
{
    struct error fresh = { .kind = kind }; /* the arguments may point into the old error */
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(fresh.message, sizeof fresh.message, format, arguments);
    va_end(arguments);
    *error = fresh;
    return false;
}

bool error_hint(struct error *error, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(error->hint, sizeof error->hint, format, arguments);
    va_end(arguments);
    return false;
}

bool error_known_as(struct error *error, const char *code)
{
    snprintf(error->code, sizeof error->code, "%s", code);
    return false;
}

bool error_unusable_answer(struct error *error, const char *format, ...)
{
    char reason[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(reason, sizeof reason, format, arguments);
    va_end(arguments);
    error_set(error, ERROR_NETWORK, "the authority's answer cannot be used: %s", reason);
    return error_known_as(error, "unusable_answer");
}

bool error_wanted(struct error *error, const char *format, ...)
{
    va_list arguments;
    if (error->wanted[0] != '\0')
        return false;
    va_start(arguments, format);
    vsnprintf(error->wanted, sizeof error->wanted, format, arguments);
    va_end(arguments);
    return false;
}

bool error_at(struct error *error, const char *where)
{
    autofree char *message = text_format("%s: %s", where, error->message);
    snprintf(error->message, sizeof error->message, "%s", message);
    return false;
}

bool error_inherit(struct error *error, const struct error *reason)
{
    memcpy(error->code, reason->code, sizeof error->code);
    memcpy(error->oauth_error, reason->oauth_error, sizeof error->oauth_error);
    memcpy(error->suberror, reason->suberror, sizeof error->suberror);
    memcpy(error->correlation_id, reason->correlation_id, sizeof error->correlation_id);
    memcpy(error->timestamp, reason->timestamp, sizeof error->timestamp);
    return false;
}

int error_exit_code(const struct error *error)
{
    if (error->exit_code > 0)
        return error->exit_code;
    return error->kind == ERROR_NONE ? ERROR_OTHER : (int)error->kind;
}
