/* SPDX-License-Identifier: MIT */
/* The report: a line for each finding at once, or all of them as JSON at the end. */
#define _GNU_SOURCE
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/base/environment.h"
#include "common/base/output.h"
#include "common/base/printable.h"
#include "common/entra/error_report.h"
#include "helpers/entra/doctor/doctor.h"

#define TEXT_MAX 3072

/* How a finding is marked in text, and its status in JSON. */
struct mark {
    const char *sign, *colour, *status;
};
static const struct mark ok = { "\xe2\x9c\x93", "\x1b[32m", "ok" };          /* a tick */
static const struct mark failed = { "\xe2\x9c\x97", "\x1b[31m", "failed" };  /* a cross */
static const struct mark skipped = { "\xe2\x80\x93", "\x1b[2m", "skipped" }; /* a dash */

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
    doctor->findings = json_object_new_array();
}

static void add_string(json_object *object, const char *name, const char *value)
{
    json_object_object_add(object, name, json_object_new_string(value));
}

/* Flushed, since the next check may take a while. */
static void print_finding(const struct doctor *doctor, const struct mark *mark, const char *text)
{
    static const char plain[] = "\x1b[0m";
    if (doctor->in_colour)
        output_data(mark->colour, strlen(mark->colour));
    fputs(mark->sign, stdout);
    if (doctor->in_colour)
        output_data(plain, strlen(plain));
    output_line(" %-13s %s", doctor->check, text);
    fflush(stdout);
}

static void add_finding(struct doctor *doctor, const struct mark *mark, const char *text)
{
    doctor->last = json_object_new_object();
    add_string(doctor->last, "check", doctor->check);
    add_string(doctor->last, "status", mark->status);
    add_string(doctor->last, "message", text);
    json_object_array_add(doctor->findings, doctor->last);
}

__attribute__((format(printf, 3, 0))) static void
report(struct doctor *doctor, const struct mark *mark, const char *format, va_list arguments)
{
    char text[TEXT_MAX];
    vsnprintf(text, sizeof text, format, arguments);
    printable_make(text);
    add_finding(doctor, mark, text);
    if (!doctor->as_json)
        print_finding(doctor, mark, text);
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

void doctor_fail(struct doctor *doctor, const struct error *error)
{
    char text[TEXT_MAX];
    size_t used = strlen(doctor->failed);
    if (doctor->last_failed != doctor->check) {
        snprintf(doctor->failed + used, sizeof doctor->failed - used, "%s%s", used > 0 ? ", " : "",
                 doctor->check);
        doctor->last_failed = doctor->check;
        if (doctor->failed_count++ == 0)
            doctor->kind = error->kind;
    }
    error_format(error, text, sizeof text);
    add_finding(doctor, &failed, error->message);
    auto_json json_object *object = error_to_json(error);
    json_object_object_foreach(object, name, value) {
        json_object_object_add(doctor->last, name, json_object_get(value));
    }
    if (!doctor->as_json)
        print_finding(doctor, &failed, text);
}

/* Adds a member whose value can be printed; returns that value, which the object owns. */
static const char *add_printable(json_object *object, const char *name, const char *value)
{
    char shown[TEXT_MAX];
    snprintf(shown, sizeof shown, "%s", value);
    printable_make(shown);
    add_string(object, name, shown);
    return json_string(object, name);
}

/* Keys of the configuration, which is someone else's text too, are names. */
void doctor_detail(struct doctor *doctor, const char *name, const char *value, const char *where)
{
    json_object *details = NULL, *detail = json_object_new_object();
    const char *shown_name = add_printable(detail, "name", name);
    const char *shown_value = add_printable(detail, "value", value);
    const char *shown_where = where != NULL ? add_printable(detail, "where", where) : NULL;
    if (!json_object_object_get_ex(doctor->last, "details", &details)) {
        details = json_object_new_array();
        json_object_object_add(doctor->last, "details", details);
    }
    json_object_array_add(details, detail);
    if (!doctor->as_json)
        output_line("                %s: %s%s%s%s", shown_name, shown_value,
                    shown_where != NULL ? " (" : "", shown_where != NULL ? shown_where : "",
                    shown_where != NULL ? ")" : "");
}

bool doctor_end(struct doctor *doctor, struct error *error)
{
    bool is_ok = doctor->failed_count == 0;
    if (doctor->as_json) {
        auto_json json_object *whole = json_object_new_object();
        json_object_object_add(whole, "ok", json_object_new_boolean(is_ok));
        json_object_object_add(whole, "checks", json_object_get(doctor->findings));
        json_print(whole);
    }
    json_object_put(doctor->findings);
    return is_ok || error_set(error, doctor->kind, "%zu check%s failed: %s", doctor->failed_count,
                              doctor->failed_count == 1 ? "" : "s", doctor->failed);
}
