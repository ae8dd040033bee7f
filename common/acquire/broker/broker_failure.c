/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "common/acquire/broker/broker_failure.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "common/acquire/broker/broker_accounts.h"
#include "common/base/array.h"
#include "common/base/printable.h"
#include "common/base/text.h"
#include "common/entra/remedies.h"

/* The text of an authority is shown up to its trace ID, and a blanked one not at all. */
#define CONTEXT_SHOWN_MAX 600

/* Of MSAL.NET's enumeration of the same name, with which the brokers' numbers agree. */
enum status {
    UNEXPECTED = 0,
    INTERACTION_REQUIRED = 2,
    NO_NETWORK = 3,
    NETWORK_TEMPORARILY_UNAVAILABLE = 4,
    SERVER_TEMPORARILY_UNAVAILABLE = 5,
    API_CONTRACT_VIOLATION = 6,
    USER_CANCELED = 7,
    APPLICATION_CANCELED = 8,
    INCORRECT_CONFIGURATION = 9,
    AUTHORITY_UNTRUSTED = 11,
    ACCOUNT_UNUSABLE = 13,
};

/* What follows from a status. The others say no more than that it failed. */
static const struct {
    int64_t status;
    enum broker_end end;
    const char *meaning;
} statuses[] = {
    { INTERACTION_REQUIRED, BROKER_NEEDS_USER, "the user must sign in to the device again" },
    { NO_NETWORK, BROKER_OFFLINE, "it has no network" },
    { NETWORK_TEMPORARILY_UNAVAILABLE, BROKER_OFFLINE,
      "its network is not available at the moment" },
    { SERVER_TEMPORARILY_UNAVAILABLE, BROKER_OFFLINE,
      "the authority is not available at the moment" },
    { API_CONTRACT_VIOLATION, BROKER_UNUSABLE, "it does not take such a request" },
    { USER_CANCELED, BROKER_CANCELLED, "the user cancelled the sign-in" },
    { APPLICATION_CANCELED, BROKER_CANCELLED, "the sign-in was cancelled" },
    { INCORRECT_CONFIGURATION, BROKER_REFUSES_CLIENT,
      "the client's registration does not have the broker's redirect URI" },
    { AUTHORITY_UNTRUSTED, BROKER_UNUSABLE, "it does not trust the authority" },
    { ACCOUNT_UNUSABLE, BROKER_NEEDS_USER, "the account cannot be used until the user signs in" },
};

/* ---- the texts ---- */

/* Copies the word after a label, between quotation marks or not, if it fits and is one. */
static void copy_word(char *field, size_t size, const char *text, const char *label)
{
    const char *at = strcasestr(text, label);
    if (at == NULL)
        return;
    at += strlen(label);
    at += strspn(at, " :'");
    size_t length = strspn(at, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-");
    if (length > 0 && length < size)
        snprintf(field, size, "%.*s", (int)length, at);
}

/* The first AADSTS number, wherever it is. */
static void copy_aadsts(char *field, size_t size, const char *text)
{
    const char *at = strstr(text, "AADSTS");
    size_t digits = at != NULL ? strspn(at + strlen("AADSTS"), "0123456789") : 0;
    if (digits > 0 && digits <= REMEDIES_DIGITS_MAX)
        snprintf(field, size, "AADSTS%.*s", (int)digits, at + strlen("AADSTS"));
}

/* The part of a text that is for people. The native broker's has nothing that the fields lack; what
 * looks like a token is in none. */
static size_t shown_length(const char *text)
{
    size_t length = strcspn(text, "\r\n");
    const char *ids = strstr(text, " Trace ID:");
    if (strstr(text, "(pii)") != NULL || strstr(text, "eyJ") != NULL)
        return 0;
    if (ids != NULL && (size_t)(ids - text) < length)
        length = (size_t)(ids - text);
    return printable_cut(text, length < CONTEXT_SHOWN_MAX ? length : CONTEXT_SHOWN_MAX);
}

static void copy_text(char *field, size_t size, const char *text)
{
    if (text != NULL && strlen(text) < size && printable_is(text))
        snprintf(field, size, "%s", text);
}

static void read_fields(const json_object *failure, const char *suberror, struct error *error)
{
    const char *context = json_string(failure, "context");
    json_object *diagnostics = json_object_object_get(failure, "diagnostics");
    if (context != NULL) {
        copy_word(error->oauth_error, sizeof error->oauth_error, context, "Code: '");
        copy_word(error->suberror, sizeof error->suberror, context, "suberror:");
        copy_word(error->correlation_id, sizeof error->correlation_id, context, "correlation id:");
        copy_aadsts(error->code, sizeof error->code, context);
    }
    if (json_object_is_type(diagnostics, json_type_object)) {
        copy_text(error->oauth_error, sizeof error->oauth_error,
                  json_string(diagnostics, "raw_error_code"));
        copy_text(error->suberror, sizeof error->suberror,
                  json_string(diagnostics, "oauth2_sub_error_code"));
    }
    if (suberror != NULL && suberror[0] != '\0')
        copy_text(error->suberror, sizeof error->suberror, suberror);
}

/* ---- the meaning ---- */

static bool is_one_of(const char *text, const char *const *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcasecmp(text, list[i]) == 0)
            return true;
    return false;
}

/* The redirect URI is not registered (MSAL Python reads these two so); or another client may do. A
 * prompt may mend that nobody has consented. */
static bool blames_client(const char *code)
{
    static const char *const redirects[] = { "AADSTS50011", "AADSTS7000218" };
    static const char *const consents[] = { "AADSTS65001", "AADSTS90094" };
    return is_one_of(code, redirects, ARRAY_SIZE(redirects)) ||
           (remedies_blame_client(code) && !is_one_of(code, consents, ARRAY_SIZE(consents)));
}

static bool blames_sign_in(const struct error *error, const char *context)
{
    static const char *const errors[] = { "invalid_grant", "interaction_required", "login_required",
                                          "consent_required" };
    /* Himmelblau's: it has no token of the device that it could use, or another user's. */
    static const char *const contexts[] = { "Failed to authenticate user", "Unable to find account",
                                            "Unable to load account", "Missing account",
                                            "Invalid request for user!" };
    return is_one_of(error->oauth_error, errors, ARRAY_SIZE(errors)) ||
           (context != NULL && is_one_of(context, contexts, ARRAY_SIZE(contexts)));
}

static enum error_kind kind_of(enum broker_end end)
{
    switch (end) {
    case BROKER_NEEDS_USER:
    case BROKER_CANCELLED:
        return ERROR_SIGN_IN;
    case BROKER_OFFLINE:
        return ERROR_NETWORK;
    default:
        return ERROR_REFUSED;
    }
}

static const char *code_of(enum broker_end end)
{
    switch (end) {
    case BROKER_NEEDS_USER:
        return "broker_needs_user";
    case BROKER_CANCELLED:
        return "broker_cancelled";
    case BROKER_OFFLINE:
        return "broker_offline";
    case BROKER_REFUSES_CLIENT:
        return "broker_refuses_client";
    default:
        return "broker_refused";
    }
}

static enum broker_end explain(const json_object *failure, const char *suberror,
                               struct error *error)
{
    struct error fields = { 0 };
    enum broker_end end = BROKER_UNUSABLE;
    const char *context = json_string(failure, "context"), *meaning = NULL;
    int64_t status = UNEXPECTED;
    read_fields(failure, suberror, &fields);
    json_int64(failure, "status", &status);
    for (size_t i = 0; i < ARRAY_SIZE(statuses); i++) {
        if (statuses[i].status != status)
            continue;
        end = statuses[i].end;
        meaning = statuses[i].meaning;
    }
    if (blames_client(fields.code))
        end = BROKER_REFUSES_CLIENT;
    else if (meaning == NULL && blames_sign_in(&fields, context))
        end = BROKER_NEEDS_USER;

    size_t shown = context != NULL ? shown_length(context) : 0;
    autofree char *ids =
        fields.oauth_error[0] != '\0'
            ? text_format(" (%s%s%s)", fields.oauth_error,
                          fields.correlation_id[0] != '\0' ? ", correlation id " : "",
                          fields.correlation_id)
            : NULL;
    if (shown == 0)
        context = meaning != NULL ? meaning : "no reason given";
    error_set(error, kind_of(end), "the device's identity broker refused: %.*s%s",
              (int)(shown > 0 ? shown : strlen(context)), context, ids != NULL ? ids : "");
    error_inherit(error, &fields);
    if (error->code[0] == '\0')
        error_known_as(error, code_of(end));
    return end;
}

/* ---- the answer ---- */

void broker_failure_unusable(struct error *error, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    autofree char *what = text_format_list(format, arguments);
    va_end(arguments);
    error_set(error, ERROR_NETWORK, "the answer of the device's identity broker is unusable: %s",
              what);
    error_known_as(error, "broker_failed");
}

enum broker_end broker_failure_parse(const char *text, size_t length, json_object **ret_answer,
                                     struct error *error)
{
    struct error why = { 0 };
    json_object *failure = NULL, *response = NULL;
    if (length > BROKER_ANSWER_MAX) {
        broker_failure_unusable(error, "it is longer than %d bytes", BROKER_ANSWER_MAX);
        return BROKER_UNUSABLE;
    }
    auto_json_secret json_object *answer = json_parse(text, length, &why);
    if (!json_object_is_type(answer, json_type_object)) {
        broker_failure_unusable(error, "%s", answer == NULL ? why.message : "it is not an object");
        return BROKER_UNUSABLE;
    }
    response = json_object_object_get(answer, "brokerTokenResponse");
    if (!json_object_is_type(response, json_type_object))
        response = NULL;
    failure = json_object_object_get(answer, "error");
    if (failure == NULL && response != NULL)
        failure = json_object_object_get(response, "error");
    if (failure == NULL) {
        *ret_answer = steal(&answer);
        return BROKER_DONE;
    }
    if (!json_object_is_type(failure, json_type_object))
        failure = NULL;
    return explain(failure, response != NULL ? json_string(response, "subError") : NULL, error);
}
