/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "helpers/keyring/provider_request.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

#include "common/base/array.h"
#include "common/entra/url_typed.h"

/* -Plugin, by which NuGet runs it, is another protocol. */
enum option_of_provider {
    URI,
    IS_RETRY,
    NON_INTERACTIVE,
    CAN_SHOW_DIALOG,
    OUTPUT_FORMAT,
    VERBOSITY,
    REDACT_PASSWORD,
    NONE,
};

static const struct {
    const char *name;
    const char *letter;
    bool is_switch;
} options[NONE] = {
    [URI] = { "Uri", "U", false },
    [IS_RETRY] = { "IsRetry", "I", true },
    [NON_INTERACTIVE] = { "NonInteractive", "N", true },
    [CAN_SHOW_DIALOG] = { "CanShowDialog", "C", true },
    [OUTPUT_FORMAT] = { "OutputFormat", "F", false },
    [VERBOSITY] = { "Verbosity", "V", false },
    [REDACT_PASSWORD] = { "RedactPassword", "R", true },
};

static enum option_of_provider find(const char *word)
{
    for (enum option_of_provider i = 0; word != NULL && word[0] == '-' && i < NONE; i++)
        if (strcasecmp(word + 1, options[i].name) == 0 ||
            strcasecmp(word + 1, options[i].letter) == 0)
            return i;
    return NONE;
}

bool provider_request_is(const char *word)
{
    return find(word) != NONE && strcmp(word, "-V") != 0; /* that is --version */
}

/* Each word of the formats and levels that the provider knows; NULL ends them. */
static bool is_one_of(const char *value, const char *const *values)
{
    for (; *values != NULL; values++)
        if (strcasecmp(value, *values) == 0)
            return true;
    return false;
}

static bool set_value(enum option_of_provider option, const char *value,
                      struct provider_request *request, struct error *error)
{
    static const char *const formats[] = { "Json", "HumanReadable", NULL };
    static const char *const levels[] = { "Debug",   "Verbose", "Information", "Minimal",
                                          "Warning", "Error",   NULL };
    if (option == URI) {
        request->uri = value;
        return true;
    }
    if (!is_one_of(value, option == OUTPUT_FORMAT ? formats : levels))
        return error_set(error, ERROR_USAGE, "-%s does not take '%.40s'", options[option].name,
                         value);
    if (option == OUTPUT_FORMAT)
        request->wants_json = strcasecmp(value, "Json") == 0;
    else
        request->is_verbose = strcasecmp(value, "Debug") == 0 || strcasecmp(value, "Verbose") == 0;
    return true;
}

static void set_switch(enum option_of_provider option, bool is_on, struct provider_request *request)
{
    switch (option) {
    case IS_RETRY:
        request->is_retry = is_on;
        break;
    case NON_INTERACTIVE:
        request->is_non_interactive = is_on;
        break;
    case CAN_SHOW_DIALOG:
        request->without_dialog = !is_on;
        break;
    default:
        request->wants_redaction = is_on;
    }
}

bool provider_request_parse(char *const *words, struct provider_request *ret_request,
                            struct error *error)
{
    struct provider_request request = { 0 };
    for (; *words != NULL; words++) {
        enum option_of_provider option = find(*words);
        const char *next = words[1];
        if (option == NONE)
            return error_set(error, ERROR_USAGE, "unexpected argument '%s'",
                             url_typed_shown(*words).text);
        bool is_off = next != NULL && strcasecmp(next, "False") == 0;
        bool is_on = next != NULL && strcasecmp(next, "True") == 0;
        if (options[option].is_switch)
            set_switch(option, !is_off, &request);
        else if (next == NULL)
            return error_set(error, ERROR_USAGE, "-%s requires an argument", options[option].name);
        else if (!set_value(option, next, &request, error))
            return false;
        words += !options[option].is_switch || is_off || is_on;
    }
    if (request.uri == NULL)
        return error_set(error, ERROR_USAGE, "-Uri is missing");
    *ret_request = request;
    return true;
}
