/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "common/acquire/user/browser.h"

#include <openssl/evp.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/acquire/base64url.h"
#include "common/acquire/http/token_answer.h"
#include "common/acquire/http/token_endpoint.h"
#include "common/acquire/user/loopback.h"
#include "common/acquire/user/open_url.h"
#include "common/acquire/user/sign_in_browser.h"
#include "common/acquire/user/sign_in_result.h"
#include "common/base/environment.h"
#include "common/entra/authority.h"

#define PORT_VARIABLE "ENTRA_REDIRECT_PORT"
#define PORT_MIN      1024

/* The values that bind the responses to this sign-in. */
struct attempt {
    struct secret *verifier;  /* PKCE's code_verifier (RFC 7636, section 4.1) */
    struct secret *challenge; /* S256 of the verifier (RFC 7636, section 4.2) */
    struct secret *state;     /* must be in the redirect */
    struct secret *nonce;     /* must be in the id_token */
    struct secret *start;     /* the path with which the browser is started, which is no secret */
    char redirect_uri[40];
};

static void clear_attempt(struct attempt *attempt)
{
    secret_free(attempt->verifier);
    secret_free(attempt->challenge);
    secret_free(attempt->state);
    secret_free(attempt->nonce);
    secret_free(attempt->start);
}

/* The port that the user has forwarded to this machine, as by ssh -L, or else that of the request;
 * 0: any. */
static bool read_port(const struct token_request *request, uint16_t *ret_port, struct error *error)
{
    const char *text = environment(PORT_VARIABLE);
    char *end = NULL;
    *ret_port = request->redirect_port;
    if (text == NULL)
        return true;
    long port = text[0] >= '0' && text[0] <= '9' ? strtol(text, &end, 10) : 0;
    if (port < PORT_MIN || port > UINT16_MAX || *end != '\0')
        return error_set(error, ERROR_USAGE,
                         PORT_VARIABLE " must be a number from %d to %d, not '%.20s'", PORT_MIN,
                         UINT16_MAX, text);
    *ret_port = (uint16_t)port;
    return true;
}

/* Returns 256 random bits in base64url. */
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
    auto_secret struct secret *start = make_random();
    attempt->start = start != NULL ? secret_format("/%s", start->bytes) : NULL;
    /* Not 127.0.0.1: Entra ignores the port of a registered redirect URI for localhost only. */
    snprintf(attempt->redirect_uri, sizeof attempt->redirect_uri, "http://localhost:%u", port);
    return (attempt->challenge != NULL && attempt->state != NULL && attempt->nonce != NULL &&
            attempt->start != NULL) ||
           error_set(error, ERROR_OTHER, "OpenSSL has no random bytes");
}

static struct secret *make_url(const struct token_request *request, const struct attempt *attempt)
{
    autofree char *endpoint = authority_endpoint(request->instance, request->tenant, "authorize");
    autofree char *scope = token_endpoint_user_scope(request);
    const char *account = request->username != NULL ? request->username : request->account;
    const struct http_field query[] = {
        { .name = "client_id", .value = request->client_id },
        { .name = "response_type", .value = "code" },
        { .name = "redirect_uri", .value = attempt->redirect_uri },
        { .name = "response_mode", .value = "form_post" },
        { .name = "scope", .value = scope },
        { .name = "state", .value = attempt->state->bytes },
        { .name = "nonce", .value = attempt->nonce->bytes },
        { .name = "code_challenge", .value = attempt->challenge->bytes },
        { .name = "code_challenge_method", .value = "S256" },
        { .name = "client_info", .value = "1" },
        { .name = "claims", .value = request->claims },
        { .name = "login_hint", .value = account },
        /* Without a requested account, the user chooses one. */
        { .name = "prompt", .value = account == NULL ? "select_account" : NULL },
        { .name = NULL },
    };
    return http_url(endpoint, query);
}

static bool redeem(const struct token_request *request, const struct attempt *attempt,
                   const struct secret *code, int64_t deadline, struct token *ret_token,
                   struct account *ret_account, struct error *error)
{
    autofree char *scope = token_endpoint_user_scope(request);
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
    return token_endpoint_get_user_token(request, fields, attempt->nonce->bytes, deadline,
                                         ret_token, ret_account, error);
}

/* Explains the authority's refusal in the redirect, where the ids are part of the description. */
static bool explain_refusal(const struct redirect *redirect, struct error *error)
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

static bool finish_sign_in(const struct token_request *request, const struct attempt *attempt,
                           const struct redirect *redirect, int64_t deadline,
                           struct token *ret_token, struct account *ret_account,
                           struct sign_in_browser *browser, struct error *error)
{
    if (redirect->code == NULL)
        return explain_refusal(redirect, error);
    if (!redeem(request, attempt, redirect->code, deadline, ret_token, ret_account, error))
        return false;
    browser->account = ret_account->username != NULL ? strdup(ret_account->username) : NULL;
    return sign_in_result_check(request, ret_account, error);
}

/* The wait for the browser. If the request asks for a browser by name, the wait goes on without
 * one, since the user may open the URL in some other way. */
struct wait {
    const struct token_request *request;
    const struct loopback *loopback;
    struct prompt *prompt;
    int64_t deadline;
    pid_t browser; /* 0 if it was not started or has failed */
    bool browser_required;
    bool no_browser; /* end the wait */
    /* As in loopback, once the user has been told of it. */
    unsigned stranger;
    bool refused_unknown;
};

/* Says how to sign in by device code, where the condition (a clause) makes that necessary. */
static void offer_device_code(struct wait *wait, const char *condition)
{
    if (wait->request->device_code != NULL)
        prompt_say(wait->prompt, "%s, %s.", condition, wait->request->device_code);
}

#define IF_NOT_POSSIBLE "If that is not possible"

/* It would be the stranger who is signed in here. A program that the kernel does not list may be
 * the user's browser on another system, whose connections are handed on to this one. */
static void tell_of_refused(struct wait *wait)
{
    if (wait->loopback->stranger != wait->stranger)
        prompt_say(wait->prompt,
                   "A program of another user (uid %u) tried to take part in this sign-in, and was "
                   "refused.",
                   wait->loopback->stranger);
    if (wait->loopback->refused_unknown && !wait->refused_unknown) {
        prompt_say(wait->prompt,
                   "A program was refused that has gone already or does not run on this machine.");
        offer_device_code(wait, "If it was your browser");
    }
    wait->stranger = wait->loopback->stranger;
    wait->refused_unknown = wait->loopback->refused_unknown;
}

static bool may_wait(void *data)
{
    struct wait *wait = data;
    if (wait->browser > 0 && open_url_has_failed(wait->browser)) {
        wait->no_browser = !wait->browser_required;
        wait->browser = 0;
        if (wait->browser_required) {
            prompt_say(wait->prompt, "No browser could be started. Open the URL yourself.");
            offer_device_code(wait, IF_NOT_POSSIBLE);
        }
    }
    tell_of_refused(wait);
    prompt_wait(wait->prompt, wait->deadline);
    return !wait->no_browser;
}

/* Several programs may want a sign-in, and the authority's page names only the client. */
static void say_purpose(struct prompt *prompt, const struct token_request *request)
{
    autofree char *purpose = prompt_purpose(request);
    if (purpose[0] != '\0')
        prompt_say(prompt, "Sign in%s.", purpose);
}

/* Starts a browser with an address of the listener, which sends it on to the URL (loopback.h). If
 * the listener could not tell who comes, none is started. A browser elsewhere can open the URL if
 * the user has forwarded the port to it; 0: none is forwarded. */
static bool start_browser(const struct token_request *request, const struct attempt *attempt,
                          uint16_t port, const struct secret *url, struct wait *wait)
{
    auto_secret struct secret *start =
        secret_format("%s%s", attempt->redirect_uri, attempt->start->bytes);
    wait->browser_required = request->sign_in == SIGN_IN_BROWSER || port != 0;
    bool is_started = wait->loopback->can_tell_peers && open_url_is_possible() &&
                      open_url(start->bytes, &wait->browser);
    if (!is_started && !wait->browser_required)
        return false;
    say_purpose(wait->prompt, request);
    if (is_started)
        prompt_say(wait->prompt, "Sign in with your browser. If none opens, open this URL:");
    else if (port != 0)
        prompt_say(wait->prompt,
                   "To sign in, open this URL in a browser on this machine, or on one that "
                   "forwards its port %u to it ('ssh -L %u:localhost:%u'):",
                   port, port, port);
    else
        prompt_say(wait->prompt, "To sign in, open this URL in a browser on this machine:");
    prompt_say(wait->prompt, "%s", url->bytes);
    if (!is_started)
        offer_device_code(wait, IF_NOT_POSSIBLE);
    return true;
}

enum browser_end browser_sign_in(const struct token_request *request, struct prompt *prompt,
                                 int64_t deadline, struct token *ret_token,
                                 struct account *ret_account, struct sign_in_browser **ret_browser,
                                 struct error *error)
{
    auto_loopback struct loopback loopback = LOOPBACK_NONE;
    auto_redirect struct redirect redirect = { 0 };
    struct attempt attempt CLEANUP(clear_attempt) = { 0 };
    struct wait wait = {
        .request = request, .loopback = &loopback, .prompt = prompt, .deadline = deadline
    };
    uint16_t port = 0;
    if (!read_port(request, &port, error) || !loopback_open(port, &loopback, error) ||
        !make_attempt(&attempt, loopback.port, error))
        return BROWSER_FAILED;
    auto_secret struct secret *url = make_url(request, &attempt);
    if (!start_browser(request, &attempt, port, url, &wait)) {
        error_set(error, ERROR_SIGN_IN, "no browser can be opened here");
        return BROWSER_IS_MISSING;
    }
    const struct http_field sent[] = { { "state", attempt.state->bytes, true },
                                       { "nonce", attempt.nonce->bytes, true },
                                       { "code_challenge", attempt.challenge->bytes, true },
                                       { NULL, NULL, false } };
    const struct redirect_expected expected = { .port = loopback.port,
                                                .state = attempt.state->bytes,
                                                .start = attempt.start->bytes,
                                                .sent = sent };
    if (!loopback_wait(&loopback, &expected, url->bytes, deadline, may_wait, &wait, &redirect,
                       error))
        return wait.no_browser ? BROWSER_IS_MISSING : BROWSER_FAILED;
    *ret_browser = sign_in_browser_new(steal_fd(&loopback.browser), request);
    return finish_sign_in(request, &attempt, &redirect, deadline, ret_token, ret_account,
                          *ret_browser, error)
               ? BROWSER_SIGNED_IN
               : BROWSER_FAILED;
}
