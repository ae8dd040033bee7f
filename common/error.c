#define _GNU_SOURCE
#include "common/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "common/printable.h"
#include "common/secret.h"

bool trace_is_on = false;

bool error_set(struct error *error, enum error_kind kind, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    error->kind = kind;
    error->wanted[0] = '\0';
    error->hint[0] = '\0';
    error->retry_after = 0;
    error->oauth_error[0] = '\0';
    error->suberror[0] = '\0';
    vsnprintf(error->message, sizeof error->message, format, arguments);
    va_end(arguments);
    return false;
}

bool error_no_memory(struct error *error)
{
    return error_set(error, ERROR_OTHER, "out of memory");
}

bool error_hint(struct error *error, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(error->hint, sizeof error->hint, format, arguments);
    va_end(arguments);
    return false;
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

void error_redact(struct error *error, const char *secret)
{
    secret_redact(error->message, strlen(error->message), secret);
}

/* One write, so that lines of several processes do not mix. */
static void print_line(const char *label, const char *text)
{
    char line[4096];
    snprintf(line, sizeof line, "%s: %s%s", program_invocation_short_name, label, text);
    printable_make(line);
    fprintf(stderr, "%s\n", line);
}

/* A message from outside may end its own sentence already. */
static const char *full_stop(const char *sentence)
{
    size_t length = strlen(sentence);
    return length > 0 && strchr(".!?", sentence[length - 1]) != NULL ? "" : ".";
}

int error_print(const struct error *error)
{
    char text[sizeof error->wanted + sizeof error->message + sizeof error->hint + 8];
    snprintf(text, sizeof text, "%s%s%s%s%s%s", error->wanted, error->wanted[0] ? ": " : "",
             error->message, error->hint[0] ? full_stop(error->message) : "",
             error->hint[0] ? " " : "", error->hint);
    print_line("", text);
    return error->kind == ERROR_NONE ? ERROR_OTHER : (int)error->kind;
}

void warning(const char *format, ...)
{
    char text[2048];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    print_line("warning: ", text);
}

void trace(const char *format, ...)
{
    char text[1024];
    va_list arguments;
    if (!trace_is_on)
        return;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    print_line("", text);
}
