/* SPDX-License-Identifier: MIT */
/* What each grant sends to the authority, and what of that is a secret: asterisks replace it in all
 * that is shown of an answer, and nothing else. */
#define _GNU_SOURCE
#include "tests/unit/support.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "common/acquire/app/client_credentials.h"
#include "common/acquire/app/federated.h"
#include "common/acquire/app/signer.h"
#include "common/acquire/http/http.h"
#include "common/acquire/identity/managed_identity.h"
#include "common/acquire/user/browser.h"
#include "common/acquire/user/device_code.h"
#include "common/acquire/user/loopback.h"
#include "common/acquire/user/open_url.h"
#include "common/acquire/user/refresh.h"
#include "common/acquire/user/sign_in_browser.h"
#include "common/base/array.h"
#include "common/base/deadline.h"

/* ---- the network, which refuses all but a device code ---- */

#define CODES                                                                                      \
    "{\"device_code\":\"the-device-code\",\"user_code\":\"AB12\",\"interval\":1,"                  \
    "\"expires_in\":9,\"verification_uri\":\"https://x.example\"}"

/* The fields of the last form, each in a line: its name, " = " or " = secret " and its value. */
static char sent[4096];

/* A value that is random in each attempt, in 256 bits. */
static bool is_random(const struct http_field *field)
{
    return strlen(field->value) == 43 && strcmp(field->name, "scope") != 0;
}

static void note(const struct http_field *fields)
{
    sent[0] = '\0';
    for (; fields->name != NULL; fields++)
        if (fields->value != NULL) {
            size_t used = strlen(sent);
            snprintf(sent + used, sizeof sent - used, "%s = %s%s\n", fields->name,
                     fields->secret ? "secret " : "",
                     is_random(fields) ? "(random)" : fields->value);
        }
}

bool http_send(const struct http_request *request, int64_t deadline, struct http_response *response,
               struct error *error)
{
    (void)deadline, (void)error;
    bool gives_codes = strstr(request->url, "/devicecode") != NULL;
    const char *body = gives_codes ? CODES : "{\"error\":\"refused\"}";
    note(request->form);
    *response = (struct http_response){ .status = gives_codes ? 200 : 400,
                                        .unredacted = secret_from_text(body),
                                        .body = secret_from_text(body) };
    return true;
}

struct secret *http_url(const char *url, const struct http_field *query)
{
    note(query);
    return secret_from_text(url);
}

void http_response_clear(struct http_response *response)
{
    secret_free(response->body);
    secret_free(response->unredacted);
    response->body = response->unredacted = NULL;
}

/* Waiting takes no time. */
static int64_t now;

int __wrap_poll(struct pollfd *fds, nfds_t count, int milliseconds);
int __wrap_poll(struct pollfd *fds, nfds_t count, int milliseconds)
{
    (void)fds, (void)count;
    now += milliseconds;
    return 0;
}

int __wrap_clock_gettime(clockid_t clock, struct timespec *ret_now);
int __wrap_clock_gettime(clockid_t clock, struct timespec *ret_now)
{
    (void)clock;
    *ret_now = (struct timespec){ now / 1000, now % 1000 * 1000000 };
    return 0;
}

/* ---- the other proofs of apps ---- */

struct secret *signer_sign(const struct token_request *request, const struct credential *credential,
                           int64_t deadline, X509 **ret_certificate, struct error *error)
{
    (void)request, (void)credential, (void)deadline, (void)ret_certificate, (void)error;
    return secret_from_text("the-assertion");
}

struct secret *federated_assertion(const struct token_request *request,
                                   const struct credential *credential, int64_t deadline,
                                   struct error *error)
{
    (void)request, (void)credential, (void)deadline, (void)error;
    return secret_from_text("the-token");
}

enum acquire_end managed_identity_acquire(const char *scope, const struct credential *credential,
                                          bool probe, int64_t deadline, struct token *ret_token,
                                          struct error *error)
{
    (void)scope, (void)credential, (void)probe, (void)deadline, (void)ret_token, (void)error;
    return ACQUIRE_FAILED;
}

/* ---- the browser and the terminal ---- */

static char page_query[sizeof sent];

bool loopback_open(uint16_t port, struct loopback *ret_loopback, struct error *error)
{
    (void)port, (void)error;
    *ret_loopback = LOOPBACK_NONE;
    ret_loopback->port = 1234;
    ret_loopback->can_tell_peers = true;
    return true;
}

bool loopback_wait(struct loopback *loopback, const struct redirect_expected *expected,
                   const char *page, int64_t deadline, bool (*may_wait)(void *), void *data,
                   struct redirect *ret_redirect, struct error *error)
{
    (void)loopback, (void)page, (void)deadline, (void)may_wait, (void)data, (void)error;
    memcpy(page_query, sent, sizeof sent);
    note(expected->sent);
    assert_string_equal(sent, "state = secret (random)\n"
                              "nonce = secret (random)\n"
                              "code_challenge = secret (random)\n");
    ret_redirect->code = secret_from_text("the-code");
    return true;
}

void loopback_close(struct loopback *loopback)
{
    (void)loopback;
}

bool open_url_is_possible(void)
{
    return true;
}

bool open_url(const char *url, pid_t *ret_pid)
{
    (void)url;
    *ret_pid = 0;
    return true;
}

bool open_url_has_failed(pid_t pid)
{
    (void)pid;
    return false;
}

void prompt_say(struct prompt *prompt, const char *format, ...)
{
    (void)prompt, (void)format;
}

char *prompt_purpose(const struct token_request *request)
{
    (void)request;
    return strdup("");
}

void prompt_wait(struct prompt *prompt, int64_t deadline)
{
    (void)prompt, (void)deadline;
}

/* ---- */

#define CLIENT "client_id = the-client\n"
#define SCOPE  "scope = api://x/.default\n"
#define USERS  "scope = api://x/.default offline_access openid profile\n"
#define CLAIMS "claims = {}\n"
#define TYPE   "client_assertion_type = urn:ietf:params:oauth:client-assertion-type:jwt-bearer\n"

static struct token_request request = {
    .instance = (char *)"https://login.example",
    .tenant = (char *)"a-tenant",
    .client_id = (char *)"the-client",
    .scope = (char *)"api://x/.default",
    .claims = (char *)"{}",
    .credential_count = 1,
};

static int begin(void **state)
{
    (void)state;
    sent[0] = page_query[0] = '\0';
    request.credentials[0] = (struct credential){ 0 };
    return 0;
}

static void of_an_apps_grant_the_proof_is_secret(void **state)
{
    (void)state;
    static const struct {
        enum credential_kind kind;
        const char *proof;
    } proofs[] = {
        { CREDENTIAL_CLIENT_SECRET, "client_secret = secret the-secret\n" },
        { CREDENTIAL_CLIENT_SECRET_FILE, "client_secret = secret of-a-file\n" },
        { CREDENTIAL_CERTIFICATE, TYPE "client_assertion = secret the-assertion\n" },
        { CREDENTIAL_ASSERTION_FILE, TYPE "client_assertion = secret the-token\n" },
        { CREDENTIAL_ASSERTION_COMMAND, TYPE "client_assertion = secret the-token\n" },
        { CREDENTIAL_GITHUB_ACTIONS, TYPE "client_assertion = secret the-token\n" },
        { CREDENTIAL_AZURE_PIPELINES, TYPE "client_assertion = secret the-token\n" },
        { CREDENTIAL_ASSERTION_IDENTITY, TYPE "client_assertion = secret the-token\n" },
    };
    auto_secret struct secret *secret = secret_from_text("the-secret");
    for (size_t i = 0; i < ARRAY_SIZE(proofs); i++) {
        auto_token struct token token = { 0 };
        struct error error = { 0 };
        autofree char *expected = NULL;
        request.credentials[0] = (struct credential){ .kind = proofs[i].kind,
                                                      .secret = secret,
                                                      .path = (char *)file_of("of-a-file\n") };
        assert_true(asprintf(&expected,
                             "grant_type = client_credentials\n" CLIENT "%s" SCOPE CLAIMS,
                             proofs[i].proof) > 0);
        assert_int_equal(client_credentials_acquire(&request, deadline_in(60000), &token, &error),
                         ACQUIRE_FAILED);
        assert_string_equal(error.code, "refused");
        assert_string_equal(sent, expected);
    }
}

static void of_a_refresh_the_refresh_token_is_secret(void **state)
{
    (void)state;
    auto_token struct token token = { 0 };
    auto_account struct account account = { 0 };
    auto_secret struct secret *refresh_token = secret_from_text("the-refresh-token");
    const struct account known = { .refresh_token = refresh_token };
    struct error error = { 0 };
    assert_false(refresh_acquire(&request, &known, deadline_in(60000), &token, &account, &error));
    assert_string_equal(error.code, "refused");
    assert_string_equal(sent, "grant_type = refresh_token\n" CLIENT
                              "refresh_token = secret the-refresh-token\n" USERS
                              "client_info = 1\n" CLAIMS);
}

static void of_a_device_codes_grant_the_device_code_is_secret(void **state)
{
    (void)state;
    auto_token struct token token = { 0 };
    auto_account struct account account = { 0 };
    struct prompt prompt = { 0 };
    struct error error = { 0 };
    assert_false(
        device_code_sign_in(&request, &prompt, deadline_in(60000), &token, &account, &error));
    assert_string_equal(error.code, "refused");
    assert_string_equal(sent, "grant_type = urn:ietf:params:oauth:grant-type:device_code\n" CLIENT
                              "device_code = secret the-device-code\n"
                              "client_info = 1\n");
}

static void of_a_browsers_grant_the_code_and_its_verifier_are_secret(void **state)
{
    (void)state;
    auto_token struct token token = { 0 };
    auto_account struct account account = { 0 };
    struct prompt prompt = { 0 };
    struct error error = { 0 };
    struct sign_in_browser *browser = NULL;
    assert_int_equal(
        browser_sign_in(&request, &prompt, deadline_in(60000), &token, &account, &browser, &error),
        BROWSER_FAILED);
    assert_non_null(browser);
    sign_in_browser_answer(browser, SIGN_IN_FAILED, &error, "");
    assert_string_equal(error.code, "refused");
    assert_string_equal(page_query, CLIENT "response_type = code\n"
                                           "redirect_uri = http://localhost:1234\n"
                                           "response_mode = form_post\n" USERS "state = (random)\n"
                                           "nonce = (random)\n"
                                           "code_challenge = (random)\n"
                                           "code_challenge_method = S256\n"
                                           "client_info = 1\n" CLAIMS "prompt = select_account\n");
    assert_string_equal(sent,
                        "grant_type = authorization_code\n" CLIENT "code = secret the-code\n"
                        "code_verifier = secret (random)\n"
                        "redirect_uri = http://localhost:1234\n" USERS "client_info = 1\n" CLAIMS);
}

#define TEST(function) cmocka_unit_test_setup(function, begin)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(of_an_apps_grant_the_proof_is_secret),
        TEST(of_a_refresh_the_refresh_token_is_secret),
        TEST(of_a_device_codes_grant_the_device_code_is_secret),
        TEST(of_a_browsers_grant_the_code_and_its_verifier_are_secret),
    };
    return cmocka_run_group_tests(tests, clear_environment, NULL);
}
