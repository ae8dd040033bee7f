/* SPDX-License-Identifier: MIT */
/* Command lines of keyring and of Microsoft's provider: words with a NUL after each. */
#include "helpers/document.h"
#include "helpers/keyring/keyring_answer.h"
#include "helpers/keyring/keyring_request.h"
#include "helpers/keyring/provider_request.h"
#include "tests/fuzz/fuzz.h"

#define WORDS_MAX 64

/* What is printed has as many lines as its reader expects, or is one JSON object. */
static void check_answers(const char *username)
{
    struct error error = { 0 };
    auto_secret struct secret *password = secret_from_text("eyJ0");
    auto_secret struct secret *json = keyring_answer_format(true, true, username, password);
    auto_secret struct secret *lines = keyring_answer_format(true, false, username, password);
    auto_json json_object *object = json_parse(json->bytes, json->length, &error);
    HOLDS(object != NULL && json_object_object_length(object) == 2);
    HOLDS(strcmp(json_string(object, "password"), "eyJ0") == 0);
    const char *end = strchr(lines->bytes, '\n');
    HOLDS(end != NULL && strcmp(end, "\neyJ0\n") == 0);
}

static void check_provider(char *const *words)
{
    struct error error = { 0 };
    struct provider_request request;
    if (!provider_request_parse(words, &request, &error)) {
        fuzz_check_error(&error);
        return;
    }
    bool is_word = false;
    for (; *words != NULL; words++)
        is_word = is_word || *words == request.uri;
    HOLDS(is_word);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *words[WORDS_MAX + 1] = { NULL };
    size_t count = 0;
    autofree char *buffer = fuzz_copy(data, size, 1);
    buffer[size] = '\0';
    for (size_t at = 0; at < size && count < WORDS_MAX; at += strlen(buffer + at) + 1)
        words[count++] = buffer + at;
    if (keyring_request_is_get(words))
        HOLDS(count >= 2);
    if (count > 0 && keyring_request_is_username(words[0]))
        check_answers(words[0]);
    provider_request_is(words[0]);
    check_provider(words);
    return 0;
}
