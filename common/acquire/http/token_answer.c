/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "common/acquire/http/token_answer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "common/base/array.h"
#include "common/base/json.h"
#include "common/base/printable.h"
#include "common/entra/jwt.h"

/* Explains a response whose body is not an OAuth response. The body is not shown, because it may
 * echo what was sent. */
static bool explain_status(long status, struct error *error)
{
    if (status == 429) {
        error_set(error, ERROR_REFUSED,
                  "the authority is throttling: too many requests (HTTP 429)");
        return error_known_as(error, "http_throttled");
    }
    if (status >= 500) {
        error_set(error, ERROR_NETWORK, "the authority reported a server error (HTTP %ld)", status);
        return error_known_as(error, "http_fault");
    }
    if (status >= 300 && status < 400) {
        error_set(error, ERROR_NETWORK,
                  "the authority answered with a redirect (HTTP %ld), which is not followed",
                  status);
        return error_known_as(error, "http_redirect");
    }
    error_set(error, ERROR_NETWORK, "the server that answered is not a token endpoint (HTTP %ld)",
              status);
    return error_known_as(error, "not_a_token_endpoint");
}

/* ---- refusals ---- */

#define AADSTS_MAX 999999999

long token_answer_aadsts_number(const char *description)
{
    long number = 0;
    return sscanf(description, "AADSTS%9ld", &number) == 1 ? number : 0;
}

/* The first of error_codes, if it can be one, or else the number in the description. */
static long aadsts_number_of(const json_object *answer, const char *description)
{
    json_object *codes = NULL;
    int64_t code = 0;
    if (json_object_object_get_ex(answer, "error_codes", &codes) &&
        json_object_is_type(codes, json_type_array) && json_object_array_length(codes) > 0)
        code = json_object_get_int64(json_object_array_get_idx(codes, 0));
    return code > 0 && code <= AADSTS_MAX ? (long)code : token_answer_aadsts_number(description);
}

/* Returns the length of a description without the ids at its end. */
static int description_length(const char *description)
{
    size_t length = strcspn(description, "\r\n");
    const char *ids = strstr(description, " Trace ID:");
    if (ids != NULL && (size_t)(ids - description) < length)
        length = (size_t)(ids - description);
    return (int)printable_cut(description, length < 1000 ? length : 1000);
}

/* Copies a text that programs read: completely or not at all, so that it can be looked up, and no
 * cut can leave a part of a secret unredacted. */
static void copy_if_fits(char *field, size_t size, const char *text)
{
    if (text != NULL && strlen(text) < size)
        snprintf(field, size, "%s", text);
}

bool token_answer_refusal(enum error_kind kind, const struct token_refusal *refusal,
                          struct error *error)
{
    const char *description = refusal->description, *id = refusal->correlation_id;
    char number[32];
    if (description == NULL)
        description = "no reason given";
    error_set(error, kind, "the authority refused: %.*s (%.64s%s%.64s%s%.40s)",
              description_length(description), description, refusal->error,
              id != NULL ? ", correlation id " : "", id != NULL ? id : "",
              refusal->timestamp != NULL ? ", " : "",
              refusal->timestamp != NULL ? refusal->timestamp : "");
    copy_if_fits(error->oauth_error, sizeof error->oauth_error, refusal->error);
    copy_if_fits(error->correlation_id, sizeof error->correlation_id, id);
    copy_if_fits(error->timestamp, sizeof error->timestamp, refusal->timestamp);
    snprintf(number, sizeof number, "AADSTS%ld", refusal->aadsts_number);
    copy_if_fits(error->code, sizeof error->code,
                 refusal->aadsts_number > 0 ? number : error->oauth_error);
    return false;
}

static bool explain_refusal(long status, const json_object *answer, const char *code,
                            struct error *error)
{
    const char *description = json_string(answer, "error_description");
    const struct token_refusal refusal = {
        .error = code,
        .description = description,
        .correlation_id = json_string(answer, "correlation_id"),
        .timestamp = json_string(answer, "timestamp"),
        .aadsts_number = aadsts_number_of(answer, description != NULL ? description : ""),
    };
    /* An authority with an internal error is treated like a network failure: a retry may help. */
    token_answer_refusal(status >= 500 ? ERROR_NETWORK : ERROR_REFUSED, &refusal, error);
    copy_if_fits(error->suberror, sizeof error->suberror, json_string(answer, "suberror"));
    copy_if_fits(error->claims, sizeof error->claims, json_string(answer, "claims"));
    return false;
}

/* ---- tokens ---- */

#define DIGITS      "0123456789"
#define DIGITS_MAX  18                    /* of what fits */
#define SECONDS_MAX ((double)(1LL << 53)) /* to which each whole number is a double */

/* Parses the date formats in which App Service and its successors have sent expires_on. The last
 * one is .NET's, with fractions of a second (azure-sdk-for-net#46714). */
static bool parse_date(const char *text, int64_t *seconds)
{
    static const char *const formats[] = { "%m/%d/%Y %I:%M:%S %p", "%m/%d/%Y %H:%M:%S",
                                           "%Y-%m-%dT%H:%M:%S" };
    for (size_t i = 0; i < ARRAY_SIZE(formats); i++) {
        struct tm tm = { 0 };
        const char *end = strptime(text, formats[i], &tm);
        if (end == NULL)
            continue;
        if (*end == '.')
            end += 1 + strspn(end + 1, DIGITS);
        end = strptime(end, " %z", &tm);
        if (end == NULL || *end != '\0')
            continue;
        long offset = tm.tm_gmtoff; /* timegm clears it */
        *seconds = timegm(&tm) - offset;
        return true;
    }
    return false;
}

/* Reads a number of seconds; a fraction is dropped. */
static bool read_seconds(const json_object *answer, const char *key, int64_t *seconds)
{
    json_object *value = json_object_object_get(answer, key);
    const char *text = json_string(answer, key);
    if (json_int64(answer, key, seconds))
        return true;
    size_t whole = text != NULL ? strspn(text, DIGITS) : 0;
    bool is_decimal = whole > 0 && whole <= DIGITS_MAX && text[whole] == '.' &&
                      text[whole + 1 + strspn(text + whole + 1, DIGITS)] == '\0';
    double number = json_object_get_double(value);
    if (!is_decimal &&
        (!json_object_is_type(value, json_type_double) || !(number >= 0) || number > SECONDS_MAX))
        return false;
    *seconds = is_decimal ? strtoll(text, NULL, 10) : (int64_t)number;
    return true;
}

/* Reads the token's lifetime in seconds. The endpoints of managed identities may send expires_on,
 * in Unix seconds or as a date, by their own clock, beside expires_in or instead of it. Then that
 * counts: expires_in may be a constant, and the token older (azure-sdk-for-js#6643). */
static bool read_lifetime(const json_object *answer, int64_t date, int64_t *lifetime, bool *by_end)
{
    int64_t expires_on = 0;
    const char *text = json_string(answer, "expires_on");
    bool has_end = read_seconds(answer, "expires_on", &expires_on) ||
                   (text != NULL && parse_date(text, &expires_on));
    *by_end = has_end && expires_on > 0;
    if (!*by_end)
        return read_seconds(answer, "expires_in", lifetime);
    *lifetime = expires_on - date;
    return true;
}

/* A token that says itself when it ends lives no longer, whatever the answer says. */
static void limit_by_claims(const char *text, int64_t date, int64_t *lifetime, bool *by_end)
{
    struct error unused = { 0 };
    int64_t ends;
    auto_json_secret json_object *claims = jwt_claims(text, strlen(text), &unused);
    if (claims == NULL || !read_seconds(claims, "exp", &ends) || ends - date >= *lifetime)
        return;
    *lifetime = ends - date;
    *by_end = true;
}

/* Without the Date of the server, the end of a token is compared with this machine's clock. */
static bool fail_life(int64_t lifetime, bool by_our_clock, struct error *error)
{
    error_unusable_answer(error, "its lifetime is not plausible");
    return by_our_clock &&
           error_hint(error,
                      "The answer says when the token ends, and not what time it is: by this "
                      "machine's clock, %s. Check the clock.",
                      lifetime < 1 ? "that is over" : "that is in more than four weeks");
}

static bool read_times(const json_object *answer, const char *text, int64_t now, int64_t date,
                       struct token *token, struct error *error)
{
    int64_t lifetime, refresh_in;
    int64_t server_now = date > 0 ? date : now;
    bool by_end = false;
    if (!read_lifetime(answer, server_now, &lifetime, &by_end))
        return error_unusable_answer(error, "its expires_in is missing or not a number");
    if (lifetime <= TOKEN_LIFE_MAX)
        limit_by_claims(text, server_now, &lifetime, &by_end);
    if (lifetime > TOKEN_LIFE_MAX || lifetime < 1)
        return fail_life(lifetime, by_end && date <= 0, error);
    token->received_on = now;
    token->expires_on = now + lifetime;
    token->refresh_on = 0;
    if (json_int64(answer, "refresh_in", &refresh_in) && refresh_in > 0 && refresh_in < lifetime)
        token->refresh_on = now + refresh_in;
    return true;
}

static bool read_token(const json_object *answer, const char *token_type, int64_t now, int64_t date,
                       struct token *ret_token, struct error *error)
{
    struct token read = { .source = TOKEN_FROM_AUTHORITY };
    bool has_type = json_object_object_get(answer, "token_type") != NULL;
    const char *type = has_type ? json_string(answer, "token_type") : TOKEN_TYPE_BEARER;
    const char *text = json_string(answer, "access_token");
    /* AD FS and some identity services leave it out for bearer tokens. */
    if (type == NULL || strcasecmp(type, token_type) != 0)
        return error_unusable_answer(error, "its token_type is not %s", token_type);
    if (text == NULL)
        return error_unusable_answer(error, "it has no access_token");
    if (strlen(text) > TOKEN_LENGTH_MAX)
        return error_unusable_answer(error, "its access_token is too long");
    if (!token_is_valid_text(text, strlen(text)))
        return error_unusable_answer(error, "its access_token contains invalid characters");
    if (!read_times(answer, text, now, date, &read, error))
        return false;
    read.access_token = secret_from_text(text);
    *ret_token = read;
    return true;
}

bool token_answer_parse(long status, const char *body, size_t length, const char *token_type,
                        int64_t now, int64_t date, struct token *ret_token, struct error *error)
{
    struct error not_json = { 0 };
    auto_json_secret json_object *answer = json_parse(body, length, &not_json);
    if (answer == NULL || !json_object_is_type(answer, json_type_object))
        return explain_status(status, error);

    const char *code = json_string(answer, "error");
    if (code != NULL)
        return explain_refusal(status, answer, code, error);
    if (status != 200)
        return explain_status(status, error);
    return read_token(answer, token_type, now, date, ret_token, error);
}

static bool parse_body(const struct http_response *response, const struct secret *body,
                       const char *token_type, struct token *token, struct error *error)
{
    return token_answer_parse(response->status, body->bytes, body->length, token_type, time(NULL),
                              response->date, token, error);
}

bool token_answer_read(const struct http_response *response, const char *token_type,
                       struct token *ret_token, struct error *error)
{
    struct error unquoted = { 0 };
    auto_token struct token none = { 0 };
    if (response->status == 200 &&
        parse_body(response, response->unredacted, token_type, ret_token, &unquoted))
        return true;
    if (!parse_body(response, response->body, token_type, &none, error))
        return false;
    return error_unusable_answer(error, "it repeats the request");
}
