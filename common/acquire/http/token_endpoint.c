/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "common/acquire/http/token_endpoint.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "common/acquire/base64url.h"
#include "common/acquire/http/retry.h"
#include "common/acquire/http/token_answer.h"
#include "common/acquire/user/sign_in_answer.h"
#include "common/base/text.h"
#include "common/entra/authority.h"

/* The smallest difference between the clocks that is reported, MSAL's margin. */
#define CLOCK_MINUTES_WRONG 5

/* Adds a hint to a refusal if this machine's clock is wrong, which may be its cause: assertions,
 * certificates and tokens have times in them. */
static void add_clock_hint(int64_t date, struct error *error)
{
    int64_t ahead = time(NULL) - date;
    int64_t minutes = ((ahead < 0 ? -ahead : ahead) + 30) / 60;
    if (date == 0 || minutes < CLOCK_MINUTES_WRONG)
        return;
    size_t used = strlen(error->hint);
    snprintf(error->hint + used, sizeof error->hint - used,
             "%sThis machine's clock is %lld minutes %s the authority's. Correct it.",
             used > 0 ? " " : "", (long long)minutes, ahead > 0 ? "ahead of" : "behind");
}

static bool is_bound(const struct token_request *request)
{
    return request->pop_key.private_key != NULL;
}

static bool read_answer(const struct token_request *request, const struct http_response *response,
                        struct token *token, struct error *error)
{
    if (token_answer_read(response, is_bound(request) ? TOKEN_TYPE_POP : TOKEN_TYPE_BEARER, token,
                          error)) {
        memcpy(token->key_id, request->pop_key.id, sizeof token->key_id);
        return true;
    }
    retry_set_back_off(response, error);
    if (error->kind == ERROR_REFUSED)
        add_clock_hint(response->date, error);
    return false;
}

/* The value of req_cnf: the ID of the key, and that it is in software (xms_ksl). */
static struct secret *confirmation_of(const struct pop_key *key)
{
    auto_secret struct secret *text = secret_format("{\"kid\":\"%s\",\"xms_ksl\":\"sw\"}", key->id);
    return base64url((const unsigned char *)text->bytes, text->length);
}

/* The fields, and those that have the token bound to the request's key: kubelogin's, which are
 * those of draft-ietf-oauth-pop-key-distribution, and Entra's token_type. The caller frees
 * *ret_confirmation with secret_free, and the result with free. */
static struct http_field *bind_fields(const struct token_request *request,
                                      const struct http_field *fields,
                                      struct secret **ret_confirmation)
{
    size_t count = 0;
    while (fields[count].name != NULL)
        count++;
    struct http_field *bound = calloc(count + 3, sizeof *bound);
    memcpy(bound, fields, count * sizeof *bound);
    if (is_bound(request)) {
        *ret_confirmation = confirmation_of(&request->pop_key);
        bound[count] = (struct http_field){ "token_type", TOKEN_TYPE_POP, false };
        bound[count + 1] = (struct http_field){ "req_cnf", (*ret_confirmation)->bytes, false };
    }
    return bound;
}

static bool post_form(const struct token_request *request, const struct http_field *fields,
                      int64_t deadline, struct http_response *response, struct error *error)
{
    autofree char *endpoint = authority_endpoint(request->instance, request->tenant, "token");
    auto_secret struct secret *confirmation = NULL;
    autofree struct http_field *form = bind_fields(request, fields, &confirmation);
    const struct http_field header[] = { { "Accept", "application/json", false },
                                         { NULL, NULL, false } };
    const struct http_request post = {
        .url = endpoint, .form = form, .header = header, .post = true
    };
    return retry_send(&post, deadline, response, error);
}

bool token_endpoint_get_token(const struct token_request *request, const struct http_field *fields,
                              int64_t deadline, struct token *ret_token, struct error *error)
{
    struct http_response response CLEANUP(http_response_clear) = { 0 };
    return post_form(request, fields, deadline, &response, error) &&
           read_answer(request, &response, ret_token, error);
}

bool token_endpoint_get_user_token(const struct token_request *request,
                                   const struct http_field *fields, const char *nonce,
                                   int64_t deadline, struct token *ret_token,
                                   struct account *ret_account, struct error *error)
{
    struct http_response response CLEANUP(http_response_clear) = { 0 };
    auto_token struct token read = { 0 };
    if (!post_form(request, fields, deadline, &response, error) ||
        !read_answer(request, &response, &read, error) ||
        !sign_in_answer_parse(response.unredacted->bytes, response.unredacted->length,
                              request->client_id, nonce, ret_account, error))
        return false;
    *ret_token = read;
    read.access_token = NULL;
    return true;
}

char *token_endpoint_user_scope(const struct token_request *request)
{
    return text_format("%s%soffline_access openid profile",
                       request->scope != NULL ? request->scope : "",
                       request->scope != NULL ? " " : "");
}
