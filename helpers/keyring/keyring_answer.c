/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "helpers/keyring/keyring_answer.h"

#include "helpers/document.h"

struct secret *keyring_answer_format(bool with_username, bool as_json, const char *username,
                                     const struct secret *password)
{
    /* The token is not given to json-c, which would leave copies of it: nothing in it needs
     * escaping. */
    auto_json json_object *name = document_text(username);
    if (as_json && with_username)
        return secret_format("{\"username\": %s, \"password\": \"%s\"}\n",
                             json_object_to_json_string_ext(name, JSON_LINE), password->bytes);
    if (as_json)
        return secret_format("{\"password\": \"%s\"}\n", password->bytes);
    return secret_format("%s%s%s\n", with_username ? username : "", with_username ? "\n" : "",
                         password->bytes);
}

struct secret *keyring_answer_format_provider(bool as_json, const char *password)
{
    return as_json ? secret_format("{\"Username\":\"" KEYRING_USERNAME "\",\"Password\":\"%s\"}\n",
                                   password)
                   : secret_format("Username: " KEYRING_USERNAME "\nPassword: %s\n", password);
}
