/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "common/base/report.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "common/base/cleanup.h"
#include "common/base/json.h"
#include "common/base/paragraph.h"
#include "common/base/printable.h"
#include "common/base/rfc3339.h"
#include "common/base/text.h"

struct reporting reporting = { .file = -1 };

static int64_t microseconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

bool trace_is_on(void)
{
    return reporting.verbose || reporting.file >= 0;
}

/* ---- ENTRA_TRACE ---- */

static bool is_one_of(const char *value, const char *const *words)
{
    for (; *words != NULL; words++)
        if (strcasecmp(value, *words) == 0)
            return true;
    return false;
}

/* Why a file must not be used for the trace; NULL if it may. */
static const char *why_unsafe(int fd)
{
    struct stat status;
    if (fstat(fd, &status) != 0)
        return strerror(errno);
    if (!S_ISREG(status.st_mode))
        return "it is not a regular file";
    if (status.st_uid != geteuid())
        return "another user owns it";
    if (status.st_nlink != 1) /* it may be one of our files that another user has linked to */
        return "it has several names (hard links)";
    if ((status.st_mode & (S_IWGRP | S_IWOTH)) != 0)
        return "other users can write to it";
    return NULL;
}

static void open_trace_file(const char *path)
{
    autoclose int fd =
        open(path, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY | O_NONBLOCK,
             S_IRUSR | S_IWUSR);
    const char *why = fd < 0 ? strerror(errno) : why_unsafe(fd);
    if (why != NULL) {
        warning("ENTRA_TRACE: %.300s is not used: %s", path, why);
        return;
    }
    reporting.file = steal_fd(&fd);
}

void report_begin(void)
{
    static const char *const off[] = { "", "0", "false", NULL };
    static const char *const on[] = { "1", "2", "true", NULL };
    const char *value = getenv("ENTRA_TRACE");
    reporting.began = microseconds();
    if (value == NULL || is_one_of(value, off))
        return;
    if (is_one_of(value, on))
        reporting.verbose = true;
    else if (value[0] == '/')
        open_trace_file(value);
    else
        warning("ENTRA_TRACE must be 1 or an absolute path, not '%.40s'", value);
}

/* ---- messages ---- */

#define INDENT       2
#define INDENT_TRACE 4

/* Prints an object whose first member has this text; releases the object. One write, so that lines
 * of several processes do not mix. */
static void print_json(const char *key, const char *text, json_object *others)
{
    auto_json json_object *object = json_object_new_object();
    json_object_object_add(object, key, json_object_new_string(text));
    json_object_object_foreach(others, name, value) {
        json_object_object_add(object, name, json_object_get(value));
    }
    json_object_put(others);
    fprintf(stderr, "%s\n", json_object_to_json_string_ext(object, JSON_LINE));
}

static void add_unless_empty(json_object *object, const char *name, const char *text)
{
    if (text[0] != '\0')
        json_object_object_add(object, name, json_object_new_string(text));
}

/* Likewise one write. */
static void print(const struct paragraph *paragraph)
{
    autofree char *lines = paragraph_format(paragraph, paragraph_columns(STDERR_FILENO));
    fprintf(stderr, "%s\n", lines);
}

void report_message(const char *text, const char *advice)
{
    autofree char *prefix = text_format("%s: ", program_invocation_short_name);
    print(&(struct paragraph){ prefix, text, advice, INDENT });
}

void notice(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    autofree char *text = text_format_list(format, arguments);
    va_end(arguments);
    printable_make(text);
    if (reporting.as_json)
        print_json("notice", text, json_object_new_object());
    else
        print(&(struct paragraph){ .text = text, .indent = INDENT });
}

static void print_warning_json(const char *code, const char *text, const char *advice)
{
    json_object *others = json_object_new_object();
    add_unless_empty(others, "hint", advice);
    add_unless_empty(others, "code", code);
    print_json("warning", text, others);
}

__attribute__((format(printf, 3, 0))) static void warn(const char *code, const char *advice,
                                                       const char *format, va_list arguments)
{
    autofree char *text = text_format_list(format, arguments);
    autofree char *what_to_do = strdup(advice);
    autofree char *prefix = text_format("%s: warning: ", program_invocation_short_name);
    printable_make(text);
    printable_make(what_to_do);
    if (reporting.on_warning != NULL)
        reporting.on_warning(code, text, what_to_do);
    else if (reporting.as_json)
        print_warning_json(code, text, what_to_do);
    else
        print(&(struct paragraph){ prefix, text, what_to_do, INDENT });
}

void warning(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    warn("", "", format, arguments);
    va_end(arguments);
}

void warning_of(const char *code, const char *advice, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    warn(code, advice, format, arguments);
    va_end(arguments);
}

static void trace_on_stderr(double milliseconds, const char *text)
{
    char rounded[32];
    snprintf(rounded, sizeof rounded, "%.1f", milliseconds);
    if (reporting.as_json) {
        json_object *others = json_object_new_object();
        json_object_object_add(others, "milliseconds",
                               json_object_new_double_s(milliseconds, rounded));
        print_json("step", text, others);
        return;
    }
    autofree char *prefix =
        text_format("%s: %6.1f ms  ", program_invocation_short_name, milliseconds);
    print(&(struct paragraph){ .prefix = prefix, .text = text, .indent = INDENT_TRACE });
}

/* Several processes may share the file, so each line has the time of day and the process ID. */
static void trace_in_file(double milliseconds, const char *text)
{
    char line[1400];
    int length =
        snprintf(line, sizeof line, "%s %.40s[%d]: %6.1f ms  %s\n", rfc3339_format(time(NULL)).text,
                 program_invocation_short_name, (int)getpid(), milliseconds, text);
    if (write(reporting.file, line, (size_t)length) < 0)
        reporting.file = -1; /* a trace that cannot be written is not an error */
}

void trace(const char *format, ...)
{
    char text[1200];
    va_list arguments;
    if (!trace_is_on())
        return;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    printable_make(text);
    int64_t tenths = (microseconds() - reporting.began) / 100;
    double milliseconds = (double)tenths / 10;
    if (reporting.verbose)
        trace_on_stderr(milliseconds, text);
    if (reporting.file >= 0)
        trace_in_file(milliseconds, text);
}
