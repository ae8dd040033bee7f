#define _GNU_SOURCE
#include "common/acquire/token_endpoint.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "common/acquire/retry.h"
#include "common/acquire/sign_in_answer.h"
#include "common/acquire/token_answer.h"
#include "common/authority.h"

/* A clock that is further off than MSAL's margin is wrong. */
#define CLOCK_MINUTES_WRONG 5

/* A value as HTML's forms write it (a blank is a plus), made of what http_escape gives. */
static struct secret *as_form(const char *escaped)
{
    struct secret *form = secret_allocate(strlen(escaped));
    size_t length = 0;
    for (const char *at = escaped; form != NULL && *at != '\0'; at++) {
        bool is_blank = strncmp(at, "%20", 3) == 0;
        form->bytes[length++] = (char)(is_blank ? '+' : *at);
        at += is_blank ? 2 : 0;
    }
    return form;
}

/* A value as it stands in a string of JSON. Not by json-c, which would leave copies of it. */
static struct secret *as_json(const char *value)
{
    struct secret *json = secret_allocate(2 * strlen(value));
    size_t length = 0;
    for (; json != NULL && *value != '\0'; value++) {
        if (*value == '"' || *value == '\\')
            json->bytes[length++] = '\\';
        json->bytes[length++] = *value;
    }
    return json;
}

static void redact_text(const char *text, struct secret *body, struct error *error)
{
    secret_redact(body->bytes, body->length, text);
    error_redact(error, text);
}

/* Authorities, and what stands between, may echo what they were sent, as it is or written in
 * another way. */
static void redact(const struct http_field *fields, struct secret *body, struct error *error)
{
    for (; fields->name != NULL; fields++) {
        if (!fields->secret || fields->value == NULL)
            continue;
        auto_secret struct secret *escaped = http_escape(fields->value);
        auto_secret struct secret *form = escaped != NULL ? as_form(escaped->bytes) : NULL;
        auto_secret struct secret *json = as_json(fields->value);
        const struct secret *const ways[] = { escaped, form, json };
        redact_text(fields->value, body, error);
        for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++)
            if (ways[i] != NULL)
                redact_text(ways[i]->bytes, body, error);
    }
}

/* Assertions, certificates and tokens are judged by the clock, so one that is wrong is worth a word
 * with whatever refusal it may have caused. */
static void blame_clock(int64_t date, struct error *error)
{
    int64_t ahead = time(NULL) - date;
    int64_t minutes = ((ahead < 0 ? -ahead : ahead) + 30) / 60;
    if (date == 0 || minutes < CLOCK_MINUTES_WRONG)
        return;
    size_t used = strlen(error->hint);
    snprintf(error->hint + used, sizeof error->hint - used,
             "%sThis machine's clock is %lld minutes %s the authority's: set it right.",
             used > 0 ? " " : "", (long long)minutes, ahead > 0 ? "ahead of" : "behind");
}

static void add_hints(const struct http_response *response, struct error *error)
{
    retry_heed(response, error);
    if (error->kind == ERROR_REFUSED)
        blame_clock(response->date, error);
}

static bool parse(const struct http_response *response, struct token *token, struct error *error)
{
    return token_answer_parse(response->status, response->body->bytes, response->body->length,
                              time(NULL), response->date, token, error);
}

/* What is no token is an error: it is read out of a body that was cleaned before anything could be
 * cut out of it, and cleaned again of what JSON's escapes hid. */
static bool read_answer(const struct http_response *response, const struct http_field *fields,
                        struct token *token, struct error *error)
{
    if (response->body == NULL) /* http_send gives one with every answer, unless memory is out */
        return error_no_memory(error);
    if (response->status == 200 && parse(response, token, error))
        return true;
    *error = (struct error){ 0 };
    redact(fields, response->body, error);
    if (parse(response, token, error))
        return true;
    add_hints(response, error);
    redact(fields, response->body, error);
    return false;
}

/* The answer, whatever it says. */
static bool post(const struct token_request *request, const struct http_field *fields,
                 int64_t deadline, struct http_response *response, struct error *error)
{
    autofree char *endpoint = authority_endpoint(request->instance, request->tenant, "token");
    if (endpoint == NULL)
        return error_no_memory(error);
    const struct http_field header[] = { { "Accept", "application/json", false },
                                         { NULL, NULL, false } };
    const struct http_request post = {
        .url = endpoint, .form = fields, .header = header, .post = true
    };
    return retry_send(&post, deadline, response, error);
}

bool token_endpoint_post(const struct token_request *request, const struct http_field *fields,
                         int64_t deadline, struct token *token, struct error *error)
{
    struct http_response response CLEANUP(http_response_clear) = { 0 };
    return post(request, fields, deadline, &response, error) &&
           read_answer(&response, fields, token, error);
}

bool token_endpoint_post_for_person(const struct token_request *request,
                                    const struct http_field *fields, const char *nonce,
                                    int64_t deadline, struct token *token, struct sign_in *sign_in,
                                    struct error *error)
{
    struct http_response response CLEANUP(http_response_clear) = { 0 };
    auto_token struct token read = { 0 };
    if (!post(request, fields, deadline, &response, error) ||
        !read_answer(&response, fields, &read, error) || response.body == NULL ||
        !sign_in_answer_parse(response.body->bytes, response.body->length, request->client_id,
                              nonce, sign_in, error))
        return false;
    *token = read;
    read.access_token = NULL;
    return true;
}

char *token_endpoint_person_scope(const struct token_request *request)
{
    char *scope = NULL;
    return asprintf(&scope, "%s%soffline_access openid profile",
                    request->scope != NULL ? request->scope : "",
                    request->scope != NULL ? " " : "") < 0
               ? NULL
               : scope;
}
