/* SPDX-License-Identifier: MIT */
/* The answer to a sign-in, with base64url in JSON. The input's lines are the claims of the
 * id_token, the client_info and the rest of the answer; a single line is the whole answer. */
#include "common/acquire/base64url.h"
#include "common/acquire/user/sign_in_answer.h"
#include "tests/fuzz/fuzz.h"

#define CLIENT "c"

static void encode(FILE *out, const char *text, size_t length)
{
    auto_secret struct secret *letters = base64url((const unsigned char *)text, length);
    HOLDS(letters != NULL);
    fputs(letters->bytes, out);
}

/* The answer that the input describes. */
static char *write_answer(const char *text, size_t size, size_t *length)
{
    char *body = NULL;
    const char *end = text + size;
    const char *first = memchr(text, '\n', size);
    const char *second = first != NULL ? memchr(first + 1, '\n', (size_t)(end - first - 1)) : NULL;
    FILE *out = open_memstream(&body, length);
    HOLDS(out != NULL);
    if (second == NULL) {
        fwrite(text, 1, size, out);
    } else {
        fputs("{\"id_token\":\"e30.", out);
        encode(out, text, (size_t)(first - text));
        fputs(".c2ln\",\"client_info\":\"", out);
        encode(out, first + 1, (size_t)(second - first - 1));
        fputs("\",", out);
        fwrite(second + 1, 1, (size_t)(end - second - 1), out);
    }
    HOLDS(fclose(out) == 0);
    return body;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    auto_account struct account account = { 0 };
    auto_account struct account again = { 0 };
    struct error error = { 0 };
    size_t length;
    autofree char *text = fuzz_copy(data, size, 0);
    autofree char *written = write_answer(text, size, &length);
    autofree char *body = fuzz_copy((const uint8_t *)written, length, 0);
    if (!sign_in_answer_parse(body, length, CLIENT, size % 2 == 0 ? "n" : NULL, &account, &error)) {
        HOLDS(error.kind == ERROR_NETWORK && error.message[0] != '\0');
        HOLDS(account.refresh_token == NULL && account.home_account_id == NULL);
        return 0;
    }
    HOLDS((account.home_account_id == NULL) == (account.username == NULL));
    HOLDS(account.refresh_token == NULL ||
          account_is_refresh_token(account.refresh_token->bytes, account.refresh_token->length));
    if (account.home_account_id == NULL)
        return 0;
    auto_secret struct secret *record = account_to_json(&account);
    HOLDS(record != NULL && account_from_json(record->bytes, record->length, &again, &error));
    HOLDS(strcmp(account.username, again.username) == 0);
    return 0;
}
