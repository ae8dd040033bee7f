/* SPDX-License-Identifier: MIT */
/* entra secret: stores an app's client secret in the keyring, for the SourceType Keyring. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/base/terminal.h"
#include "common/base/text.h"
#include "common/config/config.h"
#include "common/entra/error_report.h"
#include "common/entra/id_shown.h"
#include "common/store/client_secret_store.h"
#include "common/store/unseen.h"
#include "common/tokens/tokens.h"
#include "helpers/document.h"
#include "helpers/entra/entra.h"
#include "keyring/silence.h"

#define CLIENT_SECRET_MAX 4096

/* Reads stdin to its end, without the line ends there. */
static struct secret *read_stdin(int64_t deadline, struct error *error)
{
    auto_secret struct secret *text =
        secret_read_input(STDIN_FILENO, CLIENT_SECRET_MAX, NULL, deadline);
    if (text == NULL) {
        if (errno == ETIMEDOUT)
            error_set(error, ERROR_OTHER, "stdin did not end in time");
        else
            error_set(error, ERROR_OTHER, "stdin cannot be read: %s", strerror(errno));
        return NULL;
    }
    size_t length = text->length;
    while (length > 0 && (text->bytes[length - 1] == '\r' || text->bytes[length - 1] == '\n'))
        length--;
    return secret_new(text->bytes, length);
}

/* The user may be typing, here or to the program that writes to stdin, so the time for a sign-in is
 * the limit. */
static struct secret *read_secret(const struct token_request *request, int64_t deadline,
                                  struct error *error)
{
    if (!isatty(STDIN_FILENO))
        return read_stdin(deadline, error);
    autofree char *prompt =
        text_format("Client secret of app %s (it is not shown): ", id_shown(request->client_id));
    return terminal_ask_secret(prompt, CLIENT_SECRET_MAX, deadline, error);
}

static bool set_secret(struct tokens *tokens, const struct token_request *request,
                       struct error *error)
{
    auto_secret struct secret *secret = read_secret(request, tokens->sign_in_deadline, error);
    tokens_extend_deadline(tokens);
    if (secret == NULL)
        return false;
    if (secret->length == 0 || secret->length > CLIENT_SECRET_MAX ||
        strcspn(secret->bytes, "\r\n") != secret->length)
        return error_set(error, ERROR_USAGE,
                         "the input is empty, longer than %d bytes or more than one line",
                         CLIENT_SECRET_MAX);
    if (!client_secret_store_keep(&tokens->store, request, secret, tokens->deadline, error))
        return false;
    notice("The client secret of app %s is now stored in the keyring (%s).",
           id_shown(request->client_id), tokens->store.keyring->name);
    return true;
}

/* Fails if it may be in a keyring that was not looked into. */
static bool say_that_there_is_none(const struct store *store, const struct token_request *request,
                                   struct error *error)
{
    autofree char *what = text_format("no client secret of app %s", id_shown(request->client_id));
    autofree char *unseen = unseen_clause(store, what);
    if (!unseen_check(store, error))
        return false;
    if (unseen != NULL)
        notice("There is nothing to remove: %s.", unseen);
    else
        notice("There is nothing to remove: the keyring (%s) has %s.", store->keyring->name, what);
    return true;
}

static bool clear_secret(struct tokens *tokens, const struct token_request *request,
                         struct error *error)
{
    bool was_there = false;
    if (!client_secret_store_drop(&tokens->store, request, tokens->deadline, &was_there, error))
        return false;
    if (!was_there)
        return say_that_there_is_none(&tokens->store, request, error);
    notice("The client secret of app %s is no longer stored in the keyring (%s).",
           id_shown(request->client_id), tokens->store.keyring->name);
    return true;
}

static json_object *to_json(const struct tokens *tokens, const struct token_request *request,
                            bool is_stored)
{
    json_object *object = json_object_new_object();
    document_add(object, "clientId", id_shown(request->client_id));
    document_add(object, "keyring", tokens->store.keyring->name);
    json_object_object_add(object, "stored", json_object_new_boolean(is_stored));
    return object;
}

static bool run_secret(const struct options *options, int count, char **operands,
                       struct error *error)
{
    auto_token_request struct token_request request = { 0 };
    struct tokens tokens;
    bool is_set = count == 1 && strcmp(operands[0], "set") == 0;
    if (!is_set && !(count == 1 && strcmp(operands[0], "clear") == 0))
        return error_set(error, ERROR_USAGE, "expected 'entra secret set' or 'entra secret clear'");
    silence_forget();
    if (!is_set)
        error_advise_in_place();
    auto_config struct config *config = config_load(options, NULL, error);
    if (config == NULL || !config_identity(config, &request, error) ||
        !tokens_open(&tokens, options, error))
        return error_wanted(error, "cannot %s the client secret", is_set ? "store" : "remove");
    if (!(is_set ? set_secret : clear_secret)(&tokens, &request, error))
        return error_wanted(error, "cannot %s the client secret", is_set ? "store" : "remove");
    if (document_is_wanted(options))
        document_set(to_json(&tokens, &request, is_set));
    return true;
}

static const struct option_spec own_options[] = {
    DOCUMENT_OPTION("text|json", "text or json"),
    { .name = NULL },
};

const struct program entra_secret = {
    .name = "entra secret",
    .usage = "set|clear [OPTION]...",
    .summary = "Stores an app's client secret, read from the terminal or stdin, in the\n"
               "keyring, or removes it. Used by a credential with \"SourceType\": \"Keyring\".",
    .examples = "entra secret set\n"
                "entra secret set --api AzureDevOps <secret.txt\n"
                "entra secret clear",
    .options = own_options,
    .common = OPTION_API | OPTIONS_OF_APP | OPTIONS_OF_STORE,
    .operand = "=set|clear",
    .is_typed = true,
    .run = run_secret,
};
