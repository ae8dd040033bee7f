/* SPDX-License-Identifier: MIT */
/* The report: a line for each finding at once, or all of them as JSON at the end. */
#define _GNU_SOURCE
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/base/columns.h"
#include "common/base/environment.h"
#include "common/base/output.h"
#include "common/base/paragraph.h"
#include "common/base/printable.h"
#include "common/base/text.h"
#include "common/entra/error_report.h"
#include "helpers/document.h"
#include "helpers/entra/doctor/doctor.h"

#define INDENT        16
#define INDENT_NARROW 4
#define NARROW        60 /* columns, of which INDENT would leave too few */

/* How a finding is marked in text, and its status in JSON. */
struct mark {
    const char *sign, *ascii, *colour, *status;
};
static const struct mark ok = { "\xe2\x9c\x93", "+", "\x1b[32m", "ok" };          /* a tick */
static const struct mark failed = { "\xe2\x9c\x97", "x", "\x1b[31m", "failed" };  /* a cross */
static const struct mark skipped = { "\xe2\x80\x93", "-", "\x1b[2m", "skipped" }; /* a dash */

/* NO_COLOR counts if it is not empty (https://no-color.org). */
static bool terminal_takes_colour(void)
{
    const char *terminal = environment("TERM");
    return isatty(STDOUT_FILENO) == 1 && environment("NO_COLOR") == NULL && terminal != NULL &&
           strcmp(terminal, "dumb") != 0;
}

void doctor_begin(struct doctor *doctor)
{
    doctor->in_colour = !doctor->as_json && terminal_takes_colour();
    doctor->in_utf8 = columns_have_utf8();
    doctor->columns = paragraph_columns(STDOUT_FILENO);
    doctor->findings = json_object_new_array();
}

/* ---- as text ---- */

static size_t indent_of(const struct doctor *doctor)
{
    return doctor->columns > 0 && doctor->columns < NARROW ? INDENT_NARROW : INDENT;
}

static void print_mark(const struct doctor *doctor, const struct mark *mark)
{
    static const char plain[] = "\x1b[0m";
    if (doctor->in_colour)
        output_data(mark->colour, strlen(mark->colour));
    fputs(doctor->in_utf8 ? mark->sign : mark->ascii, stdout);
    if (doctor->in_colour)
        output_data(plain, strlen(plain));
}

/* Flushed, since the next check may take a while. */
static void print_finding(const struct doctor *doctor, const struct mark *mark, const char *text,
                          const char *advice)
{
    autofree char *name = text_format("  %-13s ", doctor->check);
    autofree char *lines = paragraph_format(
        &(struct paragraph){ name, text, advice, indent_of(doctor) }, doctor->columns);
    print_mark(doctor, mark);
    puts(lines + 1); /* the mark took its column */
    fflush(stdout);
}

/* A path or a command line is not broken; other values are lists and sentences. */
static void print_detail(const struct doctor *doctor, const char *name, const char *value,
                         const char *where)
{
    bool is_whole = (value[0] == '/' || value[0] == '-') && strchr(value, ' ') != NULL;
    autofree char *origin =
        text_format("%s%s%s", where[0] != '\0' ? "(" : "", where, where[0] != '\0' ? ")" : "");
    autofree char *begin =
        text_format("%*s%s: %s%s", (int)indent_of(doctor), "", name, is_whole ? value : "",
                    is_whole && origin[0] != '\0' ? " " : "");
    autofree char *rest = is_whole
                              ? strdup(origin)
                              : text_format("%s%s%s", value, origin[0] != '\0' ? " " : "", origin);
    autofree char *lines = paragraph_format(
        &(struct paragraph){ begin, rest, NULL, indent_of(doctor) + 2 }, doctor->columns);
    puts(lines);
}

/* ---- findings ---- */

static void add_finding(struct doctor *doctor, const struct mark *mark, const char *text)
{
    doctor->last = json_object_new_object();
    document_add(doctor->last, "check", doctor->check);
    document_add(doctor->last, "status", mark->status);
    document_add(doctor->last, "message", text);
    json_object_array_add(doctor->findings, doctor->last);
}

__attribute__((format(printf, 3, 0))) static void
report(struct doctor *doctor, const struct mark *mark, const char *format, va_list arguments)
{
    autofree char *text = text_format_list(format, arguments);
    printable_make(text);
    add_finding(doctor, mark, text);
    if (!doctor->as_json)
        print_finding(doctor, mark, text, NULL);
}

void doctor_ok(struct doctor *doctor, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    report(doctor, &ok, format, arguments);
    va_end(arguments);
}

void doctor_skip(struct doctor *doctor, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    report(doctor, &skipped, format, arguments);
    va_end(arguments);
}

/* The check that has failed with this code before, of those that others depend on; NULL: none. */
static const char *find_cause(const struct doctor *doctor, const char *code)
{
    for (size_t i = 0; i < json_object_array_length(doctor->findings) && code[0] != '\0'; i++) {
        const json_object *finding = json_object_array_get_idx(doctor->findings, i);
        const char *check = json_string(finding, "check"), *other = json_string(finding, "code");
        if ((strcmp(check, "network") == 0 || strcmp(check, "keyring") == 0) &&
            strcmp(check, doctor->check) != 0 && other != NULL && strcmp(other, code) == 0)
            return check;
    }
    return NULL;
}

static void count_failure(struct doctor *doctor, const struct error *error)
{
    size_t used = strlen(doctor->failed);
    if (doctor->last_failed == doctor->check)
        return;
    snprintf(doctor->failed + used, sizeof doctor->failed - used, "%s%s", used > 0 ? ", " : "",
             doctor->check);
    doctor->last_failed = doctor->check;
    if (doctor->failed_count++ > 0)
        return;
    doctor->first_failed = doctor->check;
    doctor->first_error = *error;
}

void doctor_fail(struct doctor *doctor, const struct error *error)
{
    const char *cause = find_cause(doctor, error->code);
    if (cause != NULL) {
        doctor_skip(doctor, "not checked, since the check %s failed", cause);
        return;
    }
    count_failure(doctor, error);
    add_finding(doctor, &failed, error->message);
    auto_json json_object *object = error_to_json(error);
    json_object_object_foreach(object, name, value) {
        json_object_object_add(doctor->last, name, json_object_get(value));
    }
    autofree char *text = error_cause(error), *advice = strdup(error_advice(error));
    printable_make(advice);
    if (!doctor->as_json)
        print_finding(doctor, &failed, text, advice);
}

/* Keys of the configuration, which is someone else's text too, are names. */
void doctor_detail(struct doctor *doctor, const char *name, const char *value, const char *where)
{
    json_object *details = NULL, *detail = json_object_new_object();
    autofree char *shown_name = strdup(name), *shown_value = strdup(value);
    autofree char *shown_where = strdup(where != NULL ? where : "");
    printable_make(shown_name);
    printable_make(shown_value);
    printable_make(shown_where);
    document_add(detail, "name", shown_name);
    document_add(detail, "value", shown_value);
    if (where != NULL)
        document_add(detail, "where", shown_where);
    if (!json_object_object_get_ex(doctor->last, "details", &details)) {
        details = json_object_new_array();
        json_object_object_add(doctor->last, "details", details);
    }
    json_object_array_add(details, detail);
    if (!doctor->as_json)
        print_detail(doctor, shown_name, shown_value, shown_where);
}

/* What to do about the first failure, after the name of its check if there are several. */
static void advise(const struct doctor *doctor, struct error *error)
{
    const char *advice = error_advice(&doctor->first_error);
    autofree char *text = doctor->failed_count > 1
                              ? text_format("Begin with %s: %s", doctor->first_failed, advice)
                              : strdup(advice);
    if (advice[0] != '\0')
        error_hint(error, "%s", strlen(text) < sizeof error->hint ? text : advice);
}

bool doctor_end(struct doctor *doctor, struct error *error)
{
    bool is_ok = doctor->failed_count == 0;
    if (doctor->as_json) {
        json_object *whole = json_object_new_object();
        json_object_object_add(whole, "ok", json_object_new_boolean(is_ok));
        json_object_object_add(whole, "checks", json_object_get(doctor->findings));
        document_set(whole);
    }
    json_object_put(doctor->findings);
    if (is_ok)
        return true;
    error_set(error, doctor->first_error.kind, "%zu check%s failed: %s", doctor->failed_count,
              doctor->failed_count == 1 ? "" : "s", doctor->failed);
    advise(doctor, error);
    return false;
}
