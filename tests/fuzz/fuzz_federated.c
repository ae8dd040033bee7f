/* SPDX-License-Identifier: MIT */
/* Federated tokens: the file of a workload identity, and the answers of GitHub Actions and Azure
 * Pipelines. The first line chooses; the file or the answers follow. */
#include "common/acquire/app/federated.h"
#include "common/acquire/identity/managed_identity.h"
#include "common/base/deadline.h"
#include "common/base/subprocess.h"
#include "tests/fuzz/answers.h"
#include "tests/fuzz/given_file.h"

static const struct credential credentials[] = {
    { .kind = CREDENTIAL_ASSERTION_FILE, .path = "/var/run/secrets/token" },
    { .kind = CREDENTIAL_GITHUB_ACTIONS },
    { .kind = CREDENTIAL_AZURE_PIPELINES, .id = "c" },
};

/* Has a fuzzer of its own. */
enum acquire_end managed_identity_acquire(const char *scope, const struct credential *credential,
                                          bool probe, int64_t deadline, struct token *ret_token,
                                          struct error *error)
{
    (void)scope, (void)credential, (void)probe, (void)deadline, (void)ret_token;
    error_set(error, ERROR_NETWORK, "there is none");
    return ACQUIRE_NO_IDENTITY;
}

/* Three parts of base64url, which need no encoding in a form. */
static bool is_jwt(const struct secret *text)
{
    size_t dots = 0;
    for (size_t i = 0; i < text->length; i++) {
        char c = text->bytes[i];
        dots += c == '.';
        if (c != '.' && c != '-' && c != '_' && (c < '0' || c > '9') && (c < 'A' || c > 'Z') &&
            (c < 'a' || c > 'z'))
            return false;
    }
    return dots == 2;
}

static void use_jobs(void)
{
    setenv("ACTIONS_ID_TOKEN_REQUEST_URL", "https://token.example/", 1);
    setenv("ACTIONS_ID_TOKEN_REQUEST_TOKEN", FUZZ_SECRET, 1);
    setenv("SYSTEM_OIDCREQUESTURI", "https://dev.azure.com/oidc", 1);
    setenv("SYSTEM_ACCESSTOKEN", FUZZ_SECRET, 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct token_request request = { .instance = "https://login.microsoftonline.com" };
    struct fuzz_input input = fuzz_input(data, size);
    struct error error = { 0 };
    fuzz_has_secret = true;
    autofree char *number = fuzz_line(&input);
    if (number == NULL)
        return 0;
    struct fuzz_input answers = input;
    auto_secret struct secret *file = fuzz_rest(&input);
    given_file = file;
    answers_from(&answers);
    use_jobs();
    auto_secret struct secret *assertion = federated_assertion(
        &request, &credentials[strtoul(number, NULL, 10) % 3], deadline_in(1000000), &error);
    if (assertion != NULL)
        HOLDS(is_jwt(assertion) && strlen(assertion->bytes) == assertion->length);
    else
        fuzz_check_error(&error);
    return 0;
}
