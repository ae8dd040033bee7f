/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "common/acquire/http/token_endpoint.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "common/acquire/http/redaction.h"
#include "common/acquire/http/retry.h"
#include "common/acquire/http/token_answer.h"
#include "common/acquire/user/sign_in_answer.h"
#include "common/entra/authority.h"

/* A clock that is further off than MSAL's margin is wrong. */
#define CLOCK_MINUTES_WRONG 5

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
 * cut out of it. */
static bool read_answer(const struct http_response *response, const struct http_field *fields,
                        struct token *token, struct error *error)
{
    if (response->body == NULL) /* http_send gives one with every answer, unless memory is out */
        return error_no_memory(error);
    if (response->status == 200 && parse(response, token, error))
        return true;
    *error = (struct error){ 0 };
    redact(fields, response->body);
    if (parse(response, token, error))
        return true;
    add_hints(response, error);
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

bool token_endpoint_post_for_user(const struct token_request *request,
                                  const struct http_field *fields, const char *nonce,
                                  int64_t deadline, struct token *token, struct account *account,
                                  struct error *error)
{
    struct http_response response CLEANUP(http_response_clear) = { 0 };
    auto_token struct token read = { 0 };
    if (!post(request, fields, deadline, &response, error) ||
        !read_answer(&response, fields, &read, error) || response.body == NULL ||
        !sign_in_answer_parse(response.body->bytes, response.body->length, request->client_id,
                              nonce, account, error))
        return false;
    *token = read;
    read.access_token = NULL;
    return true;
}

char *token_endpoint_user_scope(const struct token_request *request)
{
    char *scope = NULL;
    return asprintf(&scope, "%s%soffline_access openid profile",
                    request->scope != NULL ? request->scope : "",
                    request->scope != NULL ? " " : "") < 0
               ? NULL
               : scope;
}
