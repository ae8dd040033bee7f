/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "common/acquire/user/browser.h"

#include <openssl/evp.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <string.h>

#include "common/acquire/base64url.h"
#include "common/acquire/http/token_answer.h"
#include "common/acquire/http/token_endpoint.h"
#include "common/acquire/user/loopback.h"
#include "common/acquire/user/open_url.h"
#include "common/acquire/user/sign_in_end.h"
#include "common/entra/authority.h"

#define DEVICE_CODE "Where that cannot be, use --device-code."
#define UNOPENED    "No browser could be started: open it by hand. " DEVICE_CODE

/* What makes one sign-in another than all others. */
struct attempt {
    struct secret *verifier;  /* PKCE's code_verifier (RFC 7636, 4.1) */
    struct secret *challenge; /* S256 of it (RFC 7636, 4.2) */
    struct secret *state;     /* what the redirect must bring along */
    struct secret *nonce;     /* what the id_token must have */
    char redirect_uri[40];
};

static void clear_attempt(struct attempt *attempt)
{
    secret_free(attempt->verifier);
    secret_free(attempt->challenge);
    secret_free(attempt->state);
    secret_free(attempt->nonce);
}

/* 256 random bits, in letters that a URL takes as they are. */
static struct secret *make_random(void)
{
    unsigned char bytes[32];
    struct secret *text =
        RAND_bytes(bytes, sizeof bytes) == 1 ? base64url(bytes, sizeof bytes) : NULL;
    explicit_bzero(bytes, sizeof bytes);
    return text;
}

static struct secret *make_challenge(const struct secret *verifier)
{
    unsigned char digest[32];
    if (verifier == NULL ||
        EVP_Digest(verifier->bytes, verifier->length, digest, NULL, EVP_sha256(), NULL) != 1)
        return NULL;
    return base64url(digest, sizeof digest);
}

static bool make_attempt(struct attempt *attempt, uint16_t port, struct error *error)
{
    attempt->verifier = make_random();
    attempt->challenge = make_challenge(attempt->verifier);
    attempt->state = make_random();
    attempt->nonce = make_random();
    /* By this name and no other: Entra passes over the port of localhost alone. */
    snprintf(attempt->redirect_uri, sizeof attempt->redirect_uri, "http://localhost:%u", port);
    return (attempt->challenge != NULL && attempt->state != NULL && attempt->nonce != NULL) ||
           error_no_memory(error);
}

static struct secret *make_url(const struct token_request *request, const struct attempt *attempt)
{
    autofree char *endpoint = authority_endpoint(request->instance, request->tenant, "authorize");
    autofree char *scope = token_endpoint_user_scope(request);
    const char *account = request->username != NULL ? request->username : request->account;
    const struct http_field query[] = {
        { "client_id", request->client_id, false },
        { "response_type", "code", false },
        { "redirect_uri", attempt->redirect_uri, false },
        { "response_mode", "form_post", false },
        { "scope", scope, false },
        { "state", attempt->state->bytes, false },
        { "nonce", attempt->nonce->bytes, false },
        { "code_challenge", attempt->challenge->bytes, false },
        { "code_challenge_method", "S256", false },
        { "client_info", "1", false },
        { "claims", request->claims, false },
        { "login_hint", account, false },
        /* Where no account is wanted, the person says which. */
        { "prompt", account == NULL ? "select_account" : NULL, false },
        { NULL, NULL, false },
    };
    return endpoint != NULL && scope != NULL ? http_url(endpoint, query) : NULL;
}

static bool redeem(const struct token_request *request, const struct attempt *attempt,
                   const struct secret *code, int64_t deadline, struct token *token,
                   struct account *account, struct error *error)
{
    autofree char *scope = token_endpoint_user_scope(request);
    if (scope == NULL)
        return error_no_memory(error);
    const struct http_field fields[] = {
        { "grant_type", "authorization_code", false },
        { "client_id", request->client_id, false },
        { "code", code->bytes, true },
        { "code_verifier", attempt->verifier->bytes, true },
        { "redirect_uri", attempt->redirect_uri, false },
        { "scope", scope, false },
        { "client_info", "1", false },
        { "claims", request->claims, false },
        { NULL, NULL, false },
    };
    return token_endpoint_get_user_token(request, fields, attempt->nonce->bytes, deadline, token,
                                         account, error);
}

/* The authority's refusal, as the redirect brought it: its ids stand in the description. */
static bool refused(const struct redirect *redirect, struct error *error)
{
    const char *description = redirect->description;
    const char *id = strstr(description, "Correlation ID: ");
    const char *time = strstr(description, "Timestamp: ");
    char correlation_id[64], timestamp[40];
    bool has_id = id != NULL && sscanf(id, "Correlation ID: %63[0-9a-fA-F-]", correlation_id) == 1;
    bool has_time = time != NULL && sscanf(time, "Timestamp: %39[0-9:TZ -]", timestamp) == 1;
    const struct token_refusal refusal = {
        .error = redirect->error,
        .description = description[0] != '\0' ? description : NULL,
        .correlation_id = has_id ? correlation_id : NULL,
        .timestamp = has_time ? timestamp : NULL,
        .aadsts_number = token_answer_aadsts_number(description),
    };
    return token_answer_refusal(ERROR_REFUSED, &refusal, error);
}

/* What the redirect comes to. */
static bool finish(const struct token_request *request, const struct attempt *attempt,
                   const struct redirect *redirect, int64_t deadline, struct token *token,
                   struct account *account, struct error *error)
{
    if (redirect->code == NULL)
        return refused(redirect, error);
    return redeem(request, attempt, redirect->code, deadline, token, account, error) &&
           sign_in_end_check(request, account, error);
}

/* The wait for the browser: how long, and whether there is one. */
struct wait {
    struct prompt *prompt;
    int64_t deadline;
    pid_t browser;
    bool unopened;
    bool by_hand; /* the person may open the URL themself, so that is waited for */
};

static bool goes_on(void *data)
{
    struct wait *wait = data;
    if (wait->browser > 0 && open_url_has_failed(wait->browser)) {
        wait->unopened = !wait->by_hand;
        wait->browser = 0;
        if (wait->by_hand)
            prompt_say(wait->prompt, UNOPENED);
    }
    prompt_wait(wait->prompt, wait->deadline);
    return !wait->unopened;
}

static bool start(const struct token_request *request, const struct secret *url, struct wait *wait)
{
    wait->by_hand = request->sign_in == SIGN_IN_BROWSER;
    wait->unopened = !open_url_is_possible() || !open_url(url->bytes, &wait->browser);
    if (wait->unopened && !wait->by_hand)
        return false;
    prompt_say(wait->prompt, wait->unopened ? "To sign in, open this in a browser of this machine:"
                                            : "Sign in in the browser. If none opens, use this:");
    prompt_say(wait->prompt, "%s", url->bytes);
    if (wait->unopened)
        prompt_say(wait->prompt, DEVICE_CODE);
    wait->unopened = false;
    return true;
}

bool browser_sign_in(const struct token_request *request, struct prompt *prompt, int64_t deadline,
                     bool *unopened, struct token *token, struct account *account,
                     struct error *error)
{
    auto_loopback struct loopback loopback = LOOPBACK_NONE;
    auto_redirect struct redirect redirect = { 0 };
    struct attempt attempt CLEANUP(clear_attempt) = { 0 };
    struct wait wait = { .prompt = prompt, .deadline = deadline };
    *unopened = false;
    if (!loopback_open(&loopback, error) || !make_attempt(&attempt, loopback.port, error))
        return false;
    auto_secret struct secret *url = make_url(request, &attempt);
    if (url == NULL)
        return error_no_memory(error);
    if (!start(request, url, &wait)) {
        *unopened = true;
        return error_set(error, ERROR_SIGN_IN, "no browser can be opened here");
    }
    if (!loopback_wait(&loopback, attempt.state->bytes, deadline, goes_on, &wait, &redirect,
                       error)) {
        *unopened = wait.unopened;
        return false;
    }
    bool signed_in = finish(request, &attempt, &redirect, deadline, token, account, error);
    loopback_answer(&loopback, signed_in ? NULL : error->message);
    return signed_in;
}
