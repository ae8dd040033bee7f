/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "common/entra/error_report.h"

#include <stdio.h>
#include <string.h>

#include "common/base/array.h"
#include "common/base/cleanup.h"
#include "common/base/json.h"
#include "common/base/printable.h"
#include "common/base/text.h"
#include "common/entra/remedies.h"

static bool in_place;

void error_advise_in_place(void)
{
    in_place = true;
}

static const char *remedy_of(const char *code)
{
    const struct remedy *entry = remedies_find(code);
    if (entry == NULL)
        return NULL;
    return in_place && entry->in_place != NULL ? entry->in_place : entry->remedy;
}

const char *error_advice(const struct error *error)
{
    /* From the most specific code to the least: AADSTS number, suberror, OAuth error. */
    bool is_oauth_error = strcmp(error->code, error->oauth_error) == 0;
    const char *const codes[] = { is_oauth_error ? "" : error->code, error->suberror,
                                  error->oauth_error };
    const char *remedy = NULL;
    if (error->hint[0] != '\0')
        return error->hint;
    for (size_t i = 0; i < ARRAY_SIZE(codes) && remedy == NULL; i++)
        remedy = remedy_of(codes[i]);
    return remedy != NULL ? remedy : "";
}

char *error_cause(const struct error *error)
{
    char *cause =
        text_format("%s%s%s", error->wanted, error->wanted[0] != '\0' ? ": " : "", error->message);
    printable_make(cause);
    return cause;
}

static const char *const kind_names[] = {
    [ERROR_NONE] = "other",      [ERROR_OTHER] = "other",     [ERROR_USAGE] = "usage",
    [ERROR_REFUSED] = "refused", [ERROR_NETWORK] = "network", [ERROR_SIGN_IN] = "sign-in",
    [ERROR_KEYRING] = "keyring",
};

/* Adds a text, made printable, unless it is empty. */
static void add_text(json_object *object, const char *name, const char *text)
{
    char printable[sizeof((struct error *)NULL)->message];
    if (text[0] == '\0')
        return;
    snprintf(printable, sizeof printable, "%s", text);
    printable_make(printable);
    json_object_object_add(object, name, json_object_new_string(printable));
}

json_object *error_to_json(const struct error *error)
{
    json_object *object = json_object_new_object();
    add_text(object, "kind", kind_names[error->kind]);
    json_object_object_add(object, "exitCode", json_object_new_int(error_exit_code(error)));
    add_text(object, "wanted", error->wanted);
    add_text(object, "message", error->message);
    add_text(object, "hint", error_advice(error));
    add_text(object, "code", error->code);
    add_text(object, "error", error->oauth_error);
    add_text(object, "suberror", error->suberror);
    add_text(object, "correlationId", error->correlation_id);
    add_text(object, "timestamp", error->timestamp);
    if (error->retry_after > 0)
        json_object_object_add(object, "retryAfter", json_object_new_int64(error->retry_after));
    return object;
}

int error_print(const struct error *error)
{
    if (error->message[0] == '\0')
        return error_exit_code(error);
    if (reporting.as_json) {
        auto_json json_object *object = error_to_json(error);
        fprintf(stderr, "%s\n", json_object_to_json_string_ext(object, JSON_LINE));
        return error_exit_code(error);
    }
    autofree char *cause = error_cause(error), *advice = strdup(error_advice(error));
    printable_make(advice);
    report_message(cause, advice);
    return error_exit_code(error);
}

void error_warn(const struct error *error)
{
    autofree char *cause = error_cause(error);
    warning_of(error->code, error_advice(error), "%s", cause);
}
