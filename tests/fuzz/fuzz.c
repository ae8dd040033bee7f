/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "tests/fuzz/fuzz.h"

#include <stdarg.h>
#include <time.h>

#include "common/base/printable.h"
#include "common/base/report.h"
#include "common/base/secret.h"
#include "common/entra/error_report.h"

bool fuzz_has_secret;

char *fuzz_line(struct fuzz_input *input)
{
    size_t left = (size_t)(input->end - input->at);
    if (left == 0)
        return NULL;
    const char *end = memchr(input->at, '\n', left);
    size_t length = end != NULL ? (size_t)(end - input->at) : left;
    char *line = strndup(input->at, length);
    HOLDS(line != NULL);
    input->at += length + (end != NULL);
    return line;
}

struct secret *fuzz_rest(struct fuzz_input *input)
{
    struct secret *rest = secret_new(input->at, (size_t)(input->end - input->at));
    HOLDS(rest != NULL);
    input->at = input->end;
    return rest;
}

char **fuzz_lines(struct fuzz_input *input, size_t count)
{
    char **lines = calloc(count + 1, sizeof *lines);
    HOLDS(lines != NULL);
    for (size_t i = 0; i < count; i++) {
        autofree char *line = fuzz_line(input);
        if (line == NULL || line[0] == '\0')
            break;
        lines[i] = steal(&line);
    }
    return lines;
}

void fuzz_lines_free(char ***lines)
{
    for (char **line = *lines; line != NULL && *line != NULL; line++)
        free(*line);
    free(*lines);
}

void fuzz_check_shown(const char *text)
{
    autofree char *safe = strdup(text);
    HOLDS(safe != NULL);
    printable_make(safe);
    HOLDS(strcmp(safe, text) == 0);
    HOLDS(!fuzz_has_secret || strstr(text, FUZZ_SECRET) == NULL);
}

void fuzz_check_error(const struct error *error)
{
    HOLDS(error->kind != ERROR_NONE && error->message[0] != '\0');
    autofree char *cause = error_cause(error), *advice = strdup(error_advice(error));
    printable_make(advice);
    fuzz_check_shown(cause);
    fuzz_check_shown(advice);
}

static void check_warning(const char *code, const char *text, const char *advice)
{
    (void)code;
    fuzz_check_shown(text);
    fuzz_check_shown(advice);
}

/* Instead of time, so that an input means the same whenever it is run. */
time_t __wrap_time(time_t *ret_now);
time_t __wrap_time(time_t *ret_now)
{
    if (ret_now != NULL)
        *ret_now = FUZZ_NOW;
    return FUZZ_NOW;
}

__attribute__((constructor)) static void begin(void)
{
    reporting.on_warning = check_warning;
}

/* Instead of trace, which would print. */
__attribute__((format(printf, 1, 2))) void __wrap_trace(const char *format, ...);
void __wrap_trace(const char *format, ...)
{
    char text[4096];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    HOLDS(!fuzz_has_secret || strstr(text, FUZZ_SECRET) == NULL);
}
