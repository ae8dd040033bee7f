/* SPDX-License-Identifier: MIT */
/* The answers of an identity broker, with base64url in JSON. The input's lines are the claims of
 * the access token, the client_info, the claims of the idToken, and further members of the answer
 * to a request for a token; a single line is the whole answer, to any request. */
#include "common/acquire/base64url.h"
#include "common/acquire/broker/broker_answer.h"
#include "tests/fuzz/fuzz.h"

#define CLIENT "97e0a5b7-d745-40b6-94fe-5f77d35c6e05"
#define KEY    "0123456789abcdefghijklmnopqrstuvwxyzABCDEFG"

static void encode(FILE *out, const char *before, const char *text, const char *after)
{
    auto_secret struct secret *letters = base64url((const unsigned char *)text, strlen(text));
    HOLDS(letters != NULL);
    fprintf(out, "%s%s%s", before, letters->bytes, after);
}

/* The answer that the input describes. */
static char *write_answer(const uint8_t *data, size_t size, size_t *length)
{
    struct fuzz_input input = fuzz_input(data, size);
    char *body = NULL;
    FILE *out = open_memstream(&body, length);
    HOLDS(out != NULL);
    if (memchr(data, '\n', size) == NULL) {
        fwrite(data, 1, size, out);
    } else {
        autofree char *token = fuzz_line(&input), *info = fuzz_line(&input);
        autofree char *id_token = fuzz_line(&input);
        auto_secret struct secret *rest = fuzz_rest(&input);
        fputs("{\"brokerTokenResponse\":{", out);
        encode(out, "\"accessToken\":\"e30.", token, ".c2ln\"");
        if (info != NULL && info[0] != '\0')
            encode(out, ",\"clientInfo\":\"", info, "\"");
        if (id_token != NULL && id_token[0] != '\0')
            encode(out, ",\"idToken\":\"e30.", id_token, ".c2ln\"");
        if (rest != NULL && rest->length > 0) {
            fputc(',', out);
            fwrite(rest->bytes, 1, rest->length, out);
        }
        fputs("}}", out);
    }
    HOLDS(fclose(out) == 0);
    return body;
}

static void check_failure(enum broker_end end, const struct error *error)
{
    HOLDS(end != BROKER_ABSENT);
    fuzz_check_error(error);
    switch (end) {
    case BROKER_NEEDS_USER:
    case BROKER_CANCELLED:
        HOLDS(error->kind == ERROR_SIGN_IN);
        break;
    case BROKER_REFUSES_CLIENT:
        HOLDS(error->kind == ERROR_REFUSED);
        break;
    case BROKER_OFFLINE:
        HOLDS(error->kind == ERROR_NETWORK);
        break;
    default:
        HOLDS(error->kind == ERROR_NETWORK || error->kind == ERROR_REFUSED);
    }
}

/* The accounts of the answer, if it has any. */
static void read_accounts(const char *body, size_t length, struct broker_accounts *accounts)
{
    struct error error = { 0 };
    enum broker_end end = broker_accounts_read(body, length, accounts, &error);
    if (end != BROKER_DONE)
        check_failure(end, &error);
    HOLDS(end == BROKER_DONE || accounts->count == 0);
    for (size_t i = 0; i < accounts->count; i++) {
        HOLDS(account_is_home_account_id(accounts->items[i].home_account_id));
        HOLDS(account_is_username(accounts->items[i].username));
        HOLDS(json_object_is_type(accounts->items[i].as_sent, json_type_object));
    }
}

/* A request for the account that was read is JSON, and has nothing that it should not have. */
static void check_request(const struct broker_job *job)
{
    struct error error = { 0 };
    auto_secret struct secret *text = broker_request_token(job);
    auto_json json_object *request = json_parse(text->bytes, text->length, &error);
    json_object *parameters = json_object_object_get(request, "authParameters");
    HOLDS(json_string(parameters, "clientId") != NULL);
    HOLDS(strcmp(json_string(parameters, "clientId"), CLIENT) == 0);
}

static void read_token(const char *body, size_t length, const struct broker_job *job)
{
    struct error error = { 0 };
    auto_token struct token token = { 0 };
    auto_account struct account account = { 0 };
    enum broker_end end =
        broker_answer_token(body, length, job, FUZZ_NOW, &token, &account, &error);
    if (end != BROKER_DONE) {
        check_failure(end, &error);
        HOLDS(token.access_token == NULL && account.username == NULL);
        return;
    }
    HOLDS(token_is_valid_text(token.access_token->bytes, token.access_token->length));
    HOLDS(token.expires_on > FUZZ_NOW && token.expires_on <= FUZZ_NOW + TOKEN_LIFE_MAX);
    HOLDS(token.received_on == FUZZ_NOW);
    HOLDS((token.key_id[0] != '\0') == (job->wanted->request->pop_key.id[0] != '\0'));
    HOLDS(account_is_home_account_id(account.home_account_id));
    HOLDS(account_is_username(account.username) && account.refresh_token == NULL);
    if (job->account != NULL)
        HOLDS(strcmp(account.home_account_id, job->account->home_account_id) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t length;
    char version[BROKER_VERSION_MAX + 1];
    struct error error = { 0 };
    auto_broker_accounts struct broker_accounts accounts = { .count = 0 };
    struct token_request request = { .instance = (char *)"https://login.microsoftonline.com",
                                     .tenant = (char *)"organizations",
                                     .client_id = (char *)CLIENT,
                                     .scope = (char *)"https://graph.microsoft.com/.default" };
    struct broker_wanted wanted = { .request = &request };
    struct broker_job job = { .wanted = &wanted, .client = { CLIENT, "x:y", BROKER_SERVES } };
    if (size % 3 == 0)
        memcpy(request.pop_key.id, KEY, sizeof KEY);
    autofree char *written = write_answer(data, size, &length);
    autofree char *body = fuzz_copy((const uint8_t *)written, length, 0);

    read_token(body, length, &job);
    read_accounts(body, length, &accounts);
    for (size_t i = 0; i < accounts.count; i++) {
        job.account = &accounts.items[i];
        check_request(&job);
        read_token(body, length, &job);
    }
    if (broker_answer_version(body, length, &version, &error) != BROKER_DONE)
        fuzz_check_error(&error);
    fuzz_check_shown(version);
    return 0;
}
