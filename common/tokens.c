#define _GNU_SOURCE
#include "common/tokens.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "common/acquire/acquire.h"
#include "common/deadline.h"

bool tokens_open(struct tokens *tokens, const struct options *options, struct error *error)
{
    int seconds = options->timeout > 0 ? options->timeout : TOKENS_TIMEOUT_SECONDS;
    const char *name = options->keyring != NULL ? options->keyring : "auto";
    *tokens = (struct tokens){ .named = strcmp(name, "auto") != 0,
                               .deadline = deadline_in((int64_t)seconds * 1000) };
    tokens->keyring = keyring_open(name, &tokens->trouble, error);
    return tokens->keyring != NULL;
}

/* The keyring may take half of the time, so that one that hangs leaves some for the authority. */
static int64_t keyring_deadline(const struct tokens *tokens)
{
    return deadline_in(deadline_left(tokens->deadline) / 2);
}

static struct keyring_key key_of(const struct token_request *request)
{
    return (struct keyring_key){ {
        { TOKENS_KIND, "access_token" },
        { TOKENS_AUTHORITY, request->instance },
        { TOKENS_TENANT, request->tenant },
        { TOKENS_CLIENT_ID, request->client_id },
        { TOKENS_ACCOUNT, "app" },
        { TOKENS_SCOPE, request->scope },
    } };
}

static struct keyring_key key_of_secret(const struct token_request *request)
{
    return (struct keyring_key){ {
        { TOKENS_KIND, "client_secret" },
        { TOKENS_AUTHORITY, request->instance },
        { TOKENS_TENANT, request->tenant },
        { TOKENS_CLIENT_ID, request->client_id },
    } };
}

/* Goes on without the keyring, unless it must work. */
static bool keyring_failed(struct tokens *tokens, const struct error *why, struct error *error)
{
    if (tokens->named) {
        *error = *why;
        return false;
    }
    tokens->trouble = *why;
    return true;
}

/* What the keyring has for this key, fresh or not. KEYRING_FAILED with an error only where the
 * keyring must work. */
static enum keyring_answer find(struct tokens *tokens, const struct keyring_key *key,
                                struct token *token, struct error *error)
{
    if (tokens->trouble.message[0] != '\0')
        return KEYRING_NOTHING;
    auto_secret struct secret *record = NULL;
    struct error why = { 0 };
    switch (tokens->keyring->lookup(key, keyring_deadline(tokens), &record, &why)) {
    case KEYRING_FAILED:
        return keyring_failed(tokens, &why, error) ? KEYRING_NOTHING : KEYRING_FAILED;
    case KEYRING_NOTHING:
        trace("the keyring (%s) has no such token", tokens->keyring->name);
        return KEYRING_NOTHING;
    case KEYRING_FOUND:
        break;
    }
    if (token_from_json(record->bytes, record->length, token, &why))
        return KEYRING_FOUND;
    trace("the keyring's item is not used: %s", why.message);
    return KEYRING_NOTHING;
}

/* Fills in what rests in the keyring; where it has nothing, the credential is left as it is, and
 * cannot be loaded. */
static bool fill_from_keyring(struct tokens *tokens, struct token_request *request,
                              struct credential *credential, struct error *error)
{
    struct keyring_key key = key_of_secret(request);
    struct error why = { 0 };
    if (tokens->trouble.message[0] != '\0')
        return error_set(error, ERROR_KEYRING, "%s", tokens->trouble.message);
    switch (tokens->keyring->lookup(&key, keyring_deadline(tokens), &credential->secret, &why)) {
    case KEYRING_FAILED:
        *error = why;
        return false;
    case KEYRING_NOTHING:
        return true;
    case KEYRING_FOUND:
        break;
    }
    if (strlen(credential->secret->bytes) == credential->secret->length)
        credential->kind = CREDENTIAL_CLIENT_SECRET;
    return true;
}

static bool fill_all_from_keyring(struct tokens *tokens, struct token_request *request,
                                  struct error *error)
{
    for (size_t i = 0; i < request->credential_count; i++)
        if (request->credentials[i].kind == CREDENTIAL_KEYRING &&
            !fill_from_keyring(tokens, request, &request->credentials[i], error))
            return false;
    return true;
}

static bool acquire(const struct tokens *tokens, const struct token_request *request,
                    struct token *token, struct error *error)
{
    const struct acquire_module *module =
        (const struct acquire_module *)(const void *)module_load(ACQUIRE_MODULE, error);
    trace("asking %s for %s", request->instance, request->scope);
    return module != NULL && module->acquire(request, tokens->deadline, token, error);
}

static char *label_of(const struct token_request *request)
{
    char *label = NULL;
    if (asprintf(&label, "Microsoft Entra token for %s (app %s, tenant %s)",
                 request->api != NULL ? request->api : request->scope, request->client_id,
                 request->tenant) < 0)
        return NULL;
    return label;
}

/* False only where the keyring must work. */
static bool keep(struct tokens *tokens, const struct keyring_key *key,
                 const struct token_request *request, const struct token *token,
                 struct error *error)
{
    if (tokens->trouble.message[0] != '\0')
        return true;
    autofree char *label = label_of(request);
    auto_secret struct secret *record = token_to_json(token);
    struct error why = { 0 };
    if (label == NULL || record == NULL)
        return error_no_memory(error);
    if (tokens->keyring->store(key, label, record, tokens->deadline, &why))
        return true;
    return keyring_failed(tokens, &why, error);
}

/* Once is enough, however many tokens are asked for. */
static void warn_of_trouble(struct tokens *tokens)
{
    if (tokens->trouble.message[0] == '\0' || tokens->warned)
        return;
    tokens->warned = true;
    warning("the token could not be kept for the next time: %s%s%s", tokens->trouble.message,
            tokens->trouble.hint[0] ? ". " : "", tokens->trouble.hint);
}

bool tokens_get(struct tokens *tokens, struct token_request *request, struct token *token,
                struct error *error)
{
    struct keyring_key key = key_of(request);
    if (!request->force_refresh && request->claims == NULL) {
        enum keyring_answer answer = find(tokens, &key, token, error);
        if (answer == KEYRING_FAILED)
            return false;
        if (answer == KEYRING_FOUND && token_is_fresh(token, time(NULL))) {
            trace("the keyring (%s) has the token", tokens->keyring->name);
            return true;
        }
        if (answer == KEYRING_FOUND)
            token_clear(token);
    }
    if (!fill_all_from_keyring(tokens, request, error) || !acquire(tokens, request, token, error))
        return false;
    if (!keep(tokens, &key, request, token, error)) {
        token_clear(token);
        return false;
    }
    warn_of_trouble(tokens);
    return true;
}

bool tokens_erase(struct tokens *tokens, const struct token_request *request, const char *refused,
                  size_t length, struct error *error)
{
    struct keyring_key key = key_of(request);
    auto_token struct token token = { 0 };
    switch (find(tokens, &key, &token, error)) {
    case KEYRING_FAILED:
        return false;
    case KEYRING_NOTHING:
        return true;
    case KEYRING_FOUND:
        break;
    }
    if (!secret_equals(token.access_token, refused, length)) {
        trace("the keyring has another token than the one refused; it stays");
        return true;
    }
    trace("the keyring's token was refused; it goes");
    return tokens->keyring->erase(&key, tokens->deadline, error);
}

bool tokens_keep_secret(struct tokens *tokens, const struct token_request *request,
                        const struct secret *secret, struct error *error)
{
    struct keyring_key key = key_of_secret(request);
    autofree char *label = NULL;
    if (tokens->trouble.message[0] != '\0') {
        *error = tokens->trouble;
        return false;
    }
    if (strcmp(tokens->keyring->name, "none") == 0)
        return error_set(error, ERROR_USAGE, "the keyring 'none' keeps nothing");
    if (secret == NULL)
        return tokens->keyring->erase(&key, tokens->deadline, error);
    if (asprintf(&label, "Microsoft Entra client secret of app %s (tenant %s)", request->client_id,
                 request->tenant) < 0) {
        label = NULL;
        return error_no_memory(error);
    }
    return tokens->keyring->store(&key, label, secret, tokens->deadline, error);
}

bool tokens_list(struct tokens *tokens, struct keyring_list *list, struct error *error)
{
    struct keyring_key every = { { { TOKENS_KIND, "access_token" } } };
    if (tokens->trouble.message[0] != '\0')
        *error = tokens->trouble;
    else if (tokens->keyring->list(&every, tokens->deadline, list, error))
        return true;
    error->kind = tokens->named ? ERROR_KEYRING : ERROR_OTHER;
    return false;
}
